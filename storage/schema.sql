-- The whole state of Relais. Times are integers in UTC: *_at in seconds, *_ms in milliseconds.
-- Every table is STRICT; a CHECK stands where a wrong value would be a lie.

-- ---------------------------------------------------------------- the process itself
-- Single facts: the intake's offset, switches of the moderators. Read by key only.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What operators were told already, so that trouble is told once: (feed_silent, 12).
CREATE TABLE notices (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- from Telegram
-- Updates as they came, committed before Telegram is told. raw goes when handled (privacy).
CREATE TABLE inbox (
    update_id   INTEGER PRIMARY KEY,
    chat_id     INTEGER NOT NULL,             -- dispatch keeps the order within it; 0 when there is none
    raw         TEXT,
    received_at INTEGER NOT NULL,
    state       INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),  -- waiting, handled, parked
    attempts    INTEGER NOT NULL DEFAULT 0,
    error       TEXT,                         -- why it was parked: exception type and place, no text of people
    CHECK (state = 1 OR raw IS NOT NULL)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (update_id) WHERE state = 0;   -- replay after a restart

-- What a chat was asked and has not answered yet (comment text, edit, a reason to reject).
CREATE TABLE dialogs (
    chat_id    INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    data       TEXT NOT NULL,                 -- JSON of the asking handler
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id)
) STRICT, WITHOUT ROWID;

-- Work that needs the network, asked for by a handler and done by a worker of the process.
CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,                 -- probe_feed, summarize, ...
    payload    TEXT NOT NULL,                 -- JSON
    state      INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),   -- waiting, running, parked
    due_ms     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    error      TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (kind, due_ms) WHERE state = 0;

-- ---------------------------------------------------------------- to Telegram
-- One rendered text that a fan-out shares: the parameters of the call as JSON, without chat_id.
CREATE TABLE bodies (
    id         INTEGER PRIMARY KEY,
    payload    TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Every message to send. A delivered row is deleted unless it is tracked; its receipt stays.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,           -- also the order within a lane and a chat
    chat_id    INTEGER NOT NULL,
    lane       INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 6),
    method     TEXT NOT NULL,                 -- Bot API method
    body_id    INTEGER,                       -- in bodies; no foreign key: pruned together, by age
    payload    TEXT,                          -- own parameters as JSON; they win over the body's
    article_id INTEGER,                       -- what it carries, copied to the receipt
    comment_id INTEGER,
    revision   INTEGER,
    once       INTEGER,                       -- (chat_id, once) exists once: the article id of a post
    target_id  INTEGER REFERENCES outbox (id) ON DELETE CASCADE,  -- edits, deletes or answers that row's message
    tracked    INTEGER NOT NULL DEFAULT 0 CHECK (tracked IN (0, 1)),
    state      INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 5),
               -- waiting, sending, sent (tracked only), unknown, parked, dropped (tracked only)
    due_ms     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER,                       -- once sent
    sent_ms    INTEGER,                       -- when the attempt left; once sent, when it was confirmed
    floor_id   INTEGER,                       -- highest message id known when the attempt left (settles unknown ones)
    error      TEXT,
    CHECK (state <> 2 OR message_id IS NOT NULL)
) STRICT;
CREATE INDEX outbox_due ON outbox (lane, due_ms, id) WHERE state = 0;      -- the sender's claim
CREATE INDEX outbox_unsettled ON outbox (state) WHERE state IN (1, 3, 4);  -- restart, probing, parked
CREATE UNIQUE INDEX outbox_once ON outbox (chat_id, once);                 -- no post twice; also: all rows of a chat
CREATE INDEX outbox_target ON outbox (target_id) WHERE target_id IS NOT NULL;

-- The bytes of a document in the outbox.
CREATE TABLE outbox_files (
    outbox_id INTEGER PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    content   BLOB NOT NULL
) STRICT;

-- What was sent: a reply or a button leads back through it; a story reaches a chat once.
CREATE TABLE receipts (
    chat_id    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    article_id INTEGER,
    comment_id INTEGER,
    revision   INTEGER,
    outbox_id  INTEGER,
    sent_at    INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_article ON receipts (article_id, chat_id) WHERE article_id IS NOT NULL AND comment_id IS NULL;

-- ---------------------------------------------------------------- from publishers
CREATE TABLE feeds (
    id               INTEGER PRIMARY KEY,
    url              TEXT NOT NULL UNIQUE,
    title            TEXT,
    site_url         TEXT,
    language         TEXT,
    state            TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'gone', 'removed')),
    backlog_at       INTEGER,                 -- first successful poll; NULL before it
    next_poll_at     INTEGER NOT NULL,
    claimed_until    INTEGER NOT NULL DEFAULT 0,  -- a poll is under way until then
    etag             TEXT,                    -- both validators verbatim, saved with the articles they vouch for
    last_modified    TEXT,
    body_hash        TEXT,                    -- of the bytes as they came
    clean_hash       TEXT,                    -- of the bytes without dates and counters
    last_polled_at   INTEGER,
    last_success_at  INTEGER,
    last_new_at      INTEGER,
    full_poll_at     INTEGER NOT NULL DEFAULT 0,  -- last poll without validators: they are not trusted for ever
    errors           INTEGER NOT NULL DEFAULT 0,  -- in a row
    error_code       TEXT,
    redirect_url     TEXT,                    -- a permanent redirect seen, how often, since when
    redirect_seen    INTEGER NOT NULL DEFAULT 0,
    redirect_since   INTEGER,
    added_by         INTEGER,
    added_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE state = 'active';

CREATE TABLE articles (
    id            INTEGER PRIMARY KEY,
    feed_id       INTEGER NOT NULL REFERENCES feeds (id),
    key           TEXT NOT NULL,              -- identity within the feed, whole, never a short hash
    url           TEXT,                       -- canonical
    title         TEXT NOT NULL,
    lead          TEXT NOT NULL DEFAULT '',
    author        TEXT,
    published_at  INTEGER NOT NULL,           -- first_seen_at where the feed gives no usable date
    first_seen_at INTEGER NOT NULL,
    image_url     TEXT,
    section       TEXT,
    language      TEXT,
    title_key     TEXT NOT NULL,              -- folded title: the same story from two feeds
    content_hash  TEXT NOT NULL,              -- of the visible text; a change is a correction
    corrections   INTEGER NOT NULL DEFAULT 0,
    story_id      INTEGER REFERENCES articles (id),  -- first article of the same story; NULL for that one itself
    comments_open INTEGER NOT NULL DEFAULT 1 CHECK (comments_open IN (0, 1)),
    spread        INTEGER NOT NULL DEFAULT 0 CHECK (spread IN (0, 1, 2, 3)),
                  -- backlog (never sent), waiting, under way, distributed
    spread_cursor INTEGER,                    -- last chat id whose window is committed
    UNIQUE (feed_id, key)
) STRICT;
CREATE INDEX articles_spread ON articles (id) WHERE spread IN (1, 2);
CREATE INDEX articles_url ON articles (url) WHERE url IS NOT NULL;         -- same story by link
CREATE INDEX articles_key ON articles (key);                               -- same story by guid
CREATE INDEX articles_title ON articles (title_key, published_at);         -- same story by title
CREATE INDEX articles_newest ON articles (published_at);
CREATE INDEX articles_story ON articles (story_id) WHERE story_id IS NOT NULL;

-- The long text beside its article, so that lists of articles stay small.
CREATE TABLE article_texts (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    body       TEXT NOT NULL,
    source     TEXT NOT NULL DEFAULT 'feed' CHECK (source IN ('feed', 'page'))
) STRICT;

-- Full-text index over text that storage/search.py folds (accents, ligatures, case).
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, lead, body, content = '', tokenize = 'unicode61', prefix = '3'
);

CREATE TABLE tags (
    id         INTEGER PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,          -- folded without separators: marchesmartphones
    slug       TEXT NOT NULL,                 -- marche-smartphones
    label      TEXT NOT NULL,                 -- as first published or typed: Marché Smartphones
    alias_of   INTEGER REFERENCES tags (id),  -- never to another alias
    articles   INTEGER NOT NULL DEFAULT 0,    -- kept by the triggers below
    followers  INTEGER NOT NULL DEFAULT 0,
    last_article_at INTEGER
) STRICT;
CREATE INDEX tags_popular ON tags (followers DESC, articles DESC, id) WHERE alias_of IS NULL;
CREATE INDEX tags_slug ON tags (slug);

CREATE TABLE article_tags (
    tag_id     INTEGER NOT NULL REFERENCES tags (id),
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    label      TEXT NOT NULL,                 -- as this article's publisher writes it
    position   INTEGER NOT NULL,
    PRIMARY KEY (tag_id, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_article ON article_tags (article_id, tag_id);
CREATE TRIGGER article_tags_added AFTER INSERT ON article_tags BEGIN
    UPDATE tags SET articles = articles + 1 WHERE id = NEW.tag_id;
END;
CREATE TRIGGER article_tags_dropped AFTER DELETE ON article_tags BEGIN
    UPDATE tags SET articles = articles - 1 WHERE id = OLD.tag_id;
END;

-- ---------------------------------------------------------------- readers
-- A chat that receives articles.
CREATE TABLE subscribers (
    chat_id    INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('private', 'group', 'channel')),
    state      TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'unreachable')),
    language   TEXT NOT NULL CHECK (language IN ('fr', 'en')),
    language_chosen INTEGER NOT NULL DEFAULT 0 CHECK (language_chosen IN (0, 1)),  -- in /settings: wins
    name       TEXT,                          -- first name, or a group's title
    pseudonym  TEXT,                          -- chosen in /settings; signs comments
    created_at INTEGER NOT NULL,
    state_at   INTEGER NOT NULL
) STRICT;

-- A follow, or a mute: an article with a muted tag is not sent even if another tag is followed.
CREATE TABLE subscriptions (
    tag_id     INTEGER NOT NULL REFERENCES tags (id),
    chat_id    INTEGER NOT NULL REFERENCES subscribers (chat_id) ON DELETE CASCADE ON UPDATE CASCADE,
    muted      INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    followed_at INTEGER NOT NULL,
    PRIMARY KEY (tag_id, chat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_chat ON subscriptions (chat_id, tag_id);        -- /following, erasure
CREATE TRIGGER subscriptions_added AFTER INSERT ON subscriptions WHEN NEW.muted = 0 BEGIN
    UPDATE tags SET followers = followers + 1 WHERE id = NEW.tag_id;
END;
CREATE TRIGGER subscriptions_dropped AFTER DELETE ON subscriptions WHEN OLD.muted = 0 BEGIN
    UPDATE tags SET followers = followers - 1 WHERE id = OLD.tag_id;
END;
CREATE TRIGGER subscriptions_changed AFTER UPDATE OF muted, tag_id ON subscriptions BEGIN
    UPDATE tags SET followers = followers - (OLD.muted = 0) WHERE id = OLD.tag_id;
    UPDATE tags SET followers = followers + (NEW.muted = 0) WHERE id = NEW.tag_id;
END;

-- ---------------------------------------------------------------- summaries
-- A summary made once: dropped when its article is corrected (content_hash differs).
CREATE TABLE summaries (
    id           INTEGER PRIMARY KEY,
    article_id   INTEGER REFERENCES articles (id) ON DELETE CASCADE,
    url          TEXT,                        -- of a page that is no stored article
    content_hash TEXT NOT NULL,
    language     TEXT NOT NULL,
    sentences    INTEGER NOT NULL,
    method       TEXT NOT NULL,               -- extractive, or the model with its prompt's version
    text         TEXT NOT NULL,               -- JSON: sentences and key points
    created_at   INTEGER NOT NULL,
    CHECK (article_id IS NOT NULL OR url IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX summaries_key ON summaries (coalesce(article_id, 0), coalesce(url, ''), content_hash, language, sentences, method);

-- Which message answered whom: a second press leads back to it.
CREATE TABLE summary_answers (
    chat_id    INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    outbox_id  INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    asked_at   INTEGER NOT NULL,
    PRIMARY KEY (chat_id, article_id)
) STRICT, WITHOUT ROWID;
