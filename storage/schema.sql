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
    message_id  INTEGER,                      -- of the message it brought, where the account numbers it:
                                              -- an id that cannot be a send of ours of unknown fate
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
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: a worker, or the button of /parked,
                                              -- may still hold the id of one that is gone
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
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- also the order within a lane and a chat; never given
                                              -- twice: other tables remember it
    chat_id    INTEGER NOT NULL,
    lane       INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 5),
    method     TEXT NOT NULL,                 -- Bot API method
    body_id    INTEGER,                       -- in bodies; no foreign key: pruned together, by age
    payload    TEXT,                          -- own parameters as JSON; they win over the body's
    article_id INTEGER,                       -- what it carries, copied to the receipt
    comment_id INTEGER,
    revision   INTEGER,
    once       INTEGER,                       -- (chat_id, once) exists once: the article id of a post
    target_id  INTEGER REFERENCES outbox (id) ON DELETE CASCADE,  -- edits, deletes or answers that row's message
    tracked    INTEGER NOT NULL DEFAULT 0 CHECK (tracked IN (0, 1)),
    state      INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 6),
               -- waiting, sending, sent (tracked only), unknown, parked, dropped and stranded (tracked only)
    due_ms     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER,                       -- once sent
    sent_ms    INTEGER,                       -- when the attempt left; once sent, when it was confirmed
    floor_id   INTEGER,                       -- highest message id known when the attempt left (settles unknown ones)
    error      TEXT,
    CHECK (state <> 2 OR message_id IS NOT NULL)
) STRICT;
CREATE INDEX outbox_due ON outbox (lane, due_ms, id) WHERE state = 0;      -- the sender's claim
-- Restart, probing, parked. Written with OR: only then SQLite uses it for one of the states, and a
-- row that waits costs a fifth less to add than with IN.
CREATE INDEX outbox_unsettled ON outbox (state) WHERE state = 1 OR state = 3 OR state = 4;
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
    wish_seconds     INTEGER,                 -- how long the feed itself asks to wait (ttl); holds for 304s too
    redirect_url     TEXT,                    -- a permanent redirect seen, how often, since when
    redirect_seen    INTEGER NOT NULL DEFAULT 0,
    redirect_since   INTEGER,
    added_by         INTEGER,
    added_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE state = 'active';

-- An item of a feed. Its spread says whether it goes out, and how far it has.
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
CREATE INDEX articles_newest ON articles (published_at);                   -- /latest
CREATE INDEX articles_story ON articles (story_id) WHERE story_id IS NOT NULL;

-- The long text beside its article, so that lists of articles stay small.
CREATE TABLE article_texts (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    body       TEXT NOT NULL,
    source     TEXT NOT NULL DEFAULT 'feed' CHECK (source IN ('feed', 'page'))
) STRICT;

-- Full-text index over the words that storage/search_words.py makes of title, lead and body: folded,
-- without plural, each once. So the tokenizer only splits at spaces, and positions are not kept.
-- Beginnings of 3 to 5 letters have entries of their own: what is asked for is read newest first
-- and only so far, however many words begin so.
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    words, content = '', tokenize = 'ascii', detail = 'none', prefix = '3 4 5'
);

-- All longer words that were ever indexed: what a longer beginning may stand for.
CREATE TABLE long_words (
    word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- A topic under one key, whatever its spelling. An alias has neither articles nor followers.
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

-- What an article is about, as its publisher wrote it; what fan-out and lists go by.
CREATE TABLE article_tags (
    tag_id     INTEGER NOT NULL REFERENCES tags (id),
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    label      TEXT NOT NULL,                 -- as this article's publisher writes it
    position   INTEGER NOT NULL,
    PRIMARY KEY (tag_id, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_article ON article_tags (article_id, tag_id);
CREATE TRIGGER article_tags_added AFTER INSERT ON article_tags BEGIN
    UPDATE tags SET articles = articles + 1, last_article_at = max(coalesce(last_article_at, 0),
        (SELECT published_at FROM articles WHERE id = NEW.article_id)) WHERE id = NEW.tag_id;
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
    id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: buttons live for ever
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
    again_at   INTEGER,                       -- from then on a better one may be had
    PRIMARY KEY (chat_id, article_id)
) STRICT, WITHOUT ROWID;

-- How often the operator's summary model was asked: caps outlive a restart. Past days are pruned.
CREATE TABLE model_uses (
    person_id INTEGER NOT NULL,               -- 0: everybody together
    day       INTEGER NOT NULL,               -- days since 1970, UTC
    uses      INTEGER NOT NULL,
    PRIMARY KEY (person_id, day)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- readers' comments
-- A reader's text on an article. The moderation state and what readers see are two things:
-- `published` is the approved revision, `shown` the one that stands before readers now.
CREATE TABLE comments (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: buttons live for ever
    article_id  INTEGER NOT NULL REFERENCES articles (id),  -- the first of its story
    author_id   INTEGER,                      -- user, and the private chat that is told; NULL once erased
    parent_id   INTEGER REFERENCES comments (id),  -- what it answers
    state       TEXT NOT NULL DEFAULT 'pending' CHECK (state IN (
                    'pending', 'returned', 'approved', 'rejected', 'appealed',
                    'withdrawn', 'expired', 'erased')),
    version     INTEGER NOT NULL DEFAULT 1,   -- grows with every change; a card's buttons carry theirs
    revision    INTEGER NOT NULL DEFAULT 1,   -- the newest wording
    published   INTEGER,                      -- the approved wording; stays while an edit is under review
    shown       INTEGER,                      -- = published once the undo window has passed, unless hidden
                                              -- or the comment it answers is not shown
    hidden      INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),  -- by reports, until decided
    undo        TEXT,                         -- JSON: what undoing the last approval goes back to; NULL: too late
    held        TEXT NOT NULL DEFAULT '[]',   -- JSON: why it waits, with the matched words
    appeal      TEXT,                         -- the author's words; once only; '' once erased
    verdict     TEXT CHECK (verdict IN ('approved', 'rejected')),       -- the last one: the author's history
    verdict_at  INTEGER,
    decided_by  INTEGER,                      -- who gave it; NULL: the rules
    reason_code TEXT,
    reason_text TEXT,                         -- typed by the moderator
    source_id   INTEGER,                      -- the author's own message: its edits are revisions
    status_row  INTEGER,                      -- in outbox: the living status message of the author
    card_row    INTEGER,                      -- in outbox: the card it is decided on; NULL: rolled up
    shown_ms    INTEGER,                      -- first shown: who followed before is due a copy
    relay_due_ms INTEGER,                     -- compare the copies with what should be there then
    counting    INTEGER NOT NULL DEFAULT 0 CHECK (counting IN (0, 1)),  -- the author awaits final numbers
    created_at  INTEGER NOT NULL,
    state_at    INTEGER NOT NULL,
    CHECK ((author_id IS NULL) = (state = 'erased')),
    CHECK (published <= revision AND published IS NOT NULL OR published IS NULL AND shown IS NULL),
    CHECK (state <> 'approved' OR published IS NOT NULL),
    CHECK (state NOT IN ('rejected', 'appealed', 'withdrawn', 'expired', 'erased') OR published IS NULL),
    CHECK (state <> 'rejected' OR reason_code IS NOT NULL),
    CHECK (hidden = 0 OR shown IS NULL)
) STRICT;
CREATE INDEX comments_queue ON comments (id) WHERE state IN ('pending', 'appealed');   -- oldest first
CREATE INDEX comments_returned ON comments (state_at) WHERE state = 'returned';        -- expiry
CREATE INDEX comments_thread ON comments (article_id, id) WHERE shown IS NOT NULL;     -- a discussion, its count
CREATE INDEX comments_rate ON comments (article_id, created_at);
CREATE INDEX comments_newest ON comments (created_at);                                 -- rate of the whole bot
CREATE INDEX comments_author ON comments (author_id, created_at);                      -- rates, history, erasure
CREATE INDEX comments_source ON comments (author_id, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX comments_answers ON comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_due ON comments (relay_due_ms) WHERE relay_due_ms IS NOT NULL;   -- the relay's bell

-- Every wording of a comment, signed as it was then; blank once erased.
CREATE TABLE comment_revisions (
    comment_id INTEGER NOT NULL REFERENCES comments (id),
    number     INTEGER NOT NULL,
    name       TEXT NOT NULL,                 -- the author's pseudonym
    text       TEXT NOT NULL,                 -- plain, at most 2,000 characters
    entities   TEXT NOT NULL DEFAULT '[]',    -- JSON: Telegram's formatting that we keep
    text_key   TEXT NOT NULL,                 -- digest of the folded text: finds repeats; '' once erased
    created_at INTEGER NOT NULL,
    PRIMARY KEY (comment_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_revisions_repeats ON comment_revisions (text_key, created_at) WHERE text_key <> '';

-- Append-only: whatever changed a comment or a person's standing, in the transaction that did it.
-- Ids and codes only, but for a reason typed by a moderator, which erasure blanks.
CREATE TABLE comment_decisions (
    id          INTEGER PRIMARY KEY,
    comment_id  INTEGER REFERENCES comments (id),
    article_id  INTEGER,                      -- a discussion closed or opened
    person_id   INTEGER,                      -- somebody banned, unbanned or trusted
    revision    INTEGER,                      -- the wording it is about
    version     INTEGER,                      -- the comment's before it
    role        TEXT NOT NULL CHECK (role IN ('author', 'moderator', 'rules', 'readers', 'clock')),
    actor_id    INTEGER,                      -- the author or moderator
    action      TEXT NOT NULL,
    from_state  TEXT,
    to_state    TEXT,
    reason_code TEXT,
    reason_text TEXT,
    until_at    INTEGER,                      -- end of a ban or of pre-moderation
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX comment_decisions_comment ON comment_decisions (comment_id, id) WHERE comment_id IS NOT NULL;
CREATE TRIGGER comment_decisions_kept BEFORE DELETE ON comment_decisions BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER comment_decisions_fixed BEFORE UPDATE ON comment_decisions
WHEN NEW.reason_text IS NOT NULL OR NEW.id <> OLD.id OR NEW.comment_id IS NOT OLD.comment_id
  OR NEW.action <> OLD.action OR NEW.role <> OLD.role OR NEW.actor_id IS NOT OLD.actor_id
  OR NEW.to_state IS NOT OLD.to_state OR NEW.at <> OLD.at BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

-- What moderators decided about a person; who is not here is an ordinary reader.
CREATE TABLE comment_people (
    user_id      INTEGER PRIMARY KEY,
    banned_until INTEGER NOT NULL DEFAULT 0,  -- 0: not banned
    trust        TEXT NOT NULL DEFAULT 'earned' CHECK (trust IN ('earned', 'granted', 'refused'))
) STRICT;

-- Who was seen in the moderation chat, and who left it: a press by the latter changes nothing.
CREATE TABLE moderators (
    user_id INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,                    -- first name: "approved by Anne"; '' once erased
    seen_at INTEGER NOT NULL,
    left_at INTEGER
) STRICT;

-- Which chats receive an article's approved comments.
CREATE TABLE discussion_follows (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    chat_id    INTEGER NOT NULL REFERENCES subscribers (chat_id) ON DELETE CASCADE ON UPDATE CASCADE,
    since_ms   INTEGER NOT NULL,
    PRIMARY KEY (article_id, chat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX discussion_follows_chat ON discussion_follows (chat_id);      -- erasure, migration

-- A person whose comments a chat does not want.
CREATE TABLE comment_mutes (
    chat_id   INTEGER NOT NULL REFERENCES subscribers (chat_id) ON DELETE CASCADE ON UPDATE CASCADE,
    author_id INTEGER NOT NULL,
    PRIMARY KEY (chat_id, author_id)
) STRICT, WITHOUT ROWID;

-- A reader's report; one account counts once for a comment, whatever it presses.
CREATE TABLE comment_reports (
    comment_id INTEGER NOT NULL REFERENCES comments (id),
    user_id    INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    weight     REAL NOT NULL CHECK (weight >= 0),
    outcome    TEXT CHECK (outcome IN ('upheld', 'dismissed')),  -- NULL until a moderator decides
    at         INTEGER NOT NULL,
    PRIMARY KEY (comment_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_reports_user ON comment_reports (user_id, outcome);   -- accuracy

-- A copy of a comment in a reader's chat: what was put there last, and what became of it.
CREATE TABLE comment_copies (
    comment_id INTEGER NOT NULL REFERENCES comments (id),
    chat_id    INTEGER NOT NULL,
    outbox_id  INTEGER NOT NULL,              -- the tracked row of the send
    revision   INTEGER NOT NULL,              -- the wording last put in it; 0: not known
    variant    TEXT NOT NULL,                 -- its body's: an edit keeps what the copy repeats
    state      TEXT NOT NULL DEFAULT 'placed' CHECK (state IN (
                   'placed', 'rewording', 'deleting', 'gone', 'marking', 'notice', 'lost')),
               -- marking: being edited to a notice, too old to delete; lost: the chat is out of reach
    change_id  INTEGER,                       -- in outbox: the edit or deletion under way; stays once removed
    PRIMARY KEY (comment_id, chat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_copies_chat ON comment_copies (chat_id);              -- migration, erasure
CREATE INDEX comment_copies_moving ON comment_copies (comment_id) WHERE state IN ('rewording', 'deleting', 'marking');
CREATE INDEX comment_copies_lost ON comment_copies (chat_id) WHERE state = 'lost';  -- tried again when it is back

-- The rendered texts of a wording, shared by its copies: a restart finds them, erasure blanks them.
CREATE TABLE comment_bodies (
    comment_id INTEGER NOT NULL REFERENCES comments (id),
    revision   INTEGER NOT NULL,
    variant    TEXT NOT NULL,                 -- language, and what it repeats of what it answers
    body_id    INTEGER NOT NULL,              -- in bodies
    PRIMARY KEY (comment_id, revision, variant)
) STRICT, WITHOUT ROWID;

-- Messages of ours that show comments, so that what is withdrawn can be taken out of them.
CREATE TABLE comment_views (
    outbox_id  INTEGER PRIMARY KEY,           -- the tracked row
    chat_id    INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('card', 'rollup', 'thread', 'prompt', 'status')),
    article_id INTEGER,                       -- of a thread or a prompt
    comment_id INTEGER,                       -- of a card or a status; what a prompt is to answer
    data       TEXT NOT NULL DEFAULT '{}',    -- JSON: what redrawing needs
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX comment_views_comment ON comment_views (comment_id, kind) WHERE comment_id IS NOT NULL;
CREATE INDEX comment_views_thread ON comment_views (article_id) WHERE kind = 'thread';
CREATE INDEX comment_views_chat ON comment_views (chat_id);
CREATE INDEX comment_views_age ON comment_views (created_at);              -- pruning
