"""Runs a program whose terminal is a pseudo terminal and whose standard streams are not, and answers its questions.

Reads {"argv", "cwd", "env", "answers": [{"expect", "send" or "signal"}], "timeout"} as JSON; writes {"exitCode", "signal", "screen",
"stdout", "stderr", "isEchoing"}, texts in Latin-1. A question that does not come ends the program.
"""
import fcntl, json, os, select, signal, subprocess, sys, tempfile, termios, time

spec = json.load(sys.stdin)
master, slave = os.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")


def own_terminal():
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
    child = subprocess.Popen(
        spec["argv"],
        cwd=spec["cwd"],
        env=spec["env"],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        preexec_fn=own_terminal,
    )
    screen = b""
    seen = 0
    answers = list(spec["answers"])
    deadline = time.monotonic() + spec["timeout"]
    while True:
        ended = child.poll() is not None
        while select.select([master], [], [], 0 if ended else 0.02)[0]:
            screen += os.read(master, 65536)
        if ended:
            break
        if answers:
            expected = answers[0]["expect"].encode()
            place = screen.find(expected, seen)
            if place >= 0:
                # Where the question is shown before echo is off, an early answer would be seen.
                time.sleep(0.1)
                seen = place + len(expected)
                answer = answers.pop(0)
                if "signal" in answer:
                    child.send_signal(answer["signal"])
                else:
                    os.write(master, answer["send"].encode())
        if time.monotonic() > deadline:
            os.killpg(child.pid, signal.SIGKILL)
            deadline = float("inf")
    flags = termios.tcgetattr(master)[3]
    out.seek(0)
    err.seek(0)
    json.dump(
        {
            "exitCode": child.returncode if child.returncode >= 0 else None,
            "signal": -child.returncode if child.returncode < 0 else None,
            "screen": screen.decode("latin-1"),
            "stdout": out.read().decode("latin-1"),
            "stderr": err.read().decode("latin-1"),
            "isEchoing": bool(flags & termios.ECHO) and bool(flags & termios.ICANON),
        },
        sys.stdout,
    )
