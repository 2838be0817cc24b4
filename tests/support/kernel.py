"""What Linux knows of a process: memory, files, children, listening sockets."""

import ipaddress
import os
from pathlib import Path

_LISTENING = "0A"


def resident_bytes(pid: int) -> int:
    """Give the resident memory of a process; 0 once it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


def held_bytes(pid: int) -> int:
    """Give what a process and its children hold together: the files they share count once.

    A child that was only forked so far is its parent still.
    """
    own = _command_line(pid)
    pids = [pid, *(child for child in list_children(pid) if _command_line(child) != own)]
    alone, shared = 0, [0]
    for each in pids:
        try:
            fields = Path(f"/proc/{each}/statm").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        alone += int(fields[1]) - int(fields[2])
        shared.append(int(fields[2]))
    return (alone + max(shared)) * os.sysconf("SC_PAGESIZE")


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def count_open_files(pid: int) -> int:
    """Count the file descriptors of a process."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def list_children(pid: int) -> list[int]:
    """List the child processes of a process."""
    tasks = Path(f"/proc/{pid}/task")
    found: list[int] = []
    for task in tasks.iterdir() if tasks.exists() else ():
        try:
            found += map(int, (task / "children").read_text().split())
        except FileNotFoundError:  # the thread ended meanwhile
            continue
    return found


def list_listeners(pid: int) -> set[tuple[str, int]]:
    """List the addresses and ports that a process listens on."""
    sockets = _list_sockets(pid)
    return {
        (address, port)
        for table in ("tcp", "tcp6")
        for address, port, inode in _read_table(Path(f"/proc/{pid}/net/{table}"))
        if inode in sockets
    }


def _list_sockets(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target.removeprefix("socket:[").removesuffix("]"))
    return found


def _read_table(table: Path) -> list[tuple[str, int, str]]:
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [(*_read_address(row[1]), row[9]) for row in rows if row[3] == _LISTENING]


def _read_address(text: str) -> tuple[str, int]:
    """Read an address as the kernel writes it: words in the machine's order, in hexadecimal."""
    host, _, port = text.partition(":")
    words = [bytes.fromhex(host[start : start + 8])[::-1] for start in range(0, len(host), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)
