"""What others write to the terminal while a line of ours is at its foot."""

import io
import threading

from rich.console import Console

from armwright.callbacks.overwriting import Overwriting


def made():
    out = io.StringIO()
    return Overwriting(io.StringIO(), Console(file=out, width=60)), out


def test_whole_lines_go_above():
    stream, out = made()
    stream.write("one\ntw")
    stream.write("o\n")
    assert out.getvalue() == "one\ntwo\n"
    assert stream.newest == ""


def test_several_texts_are_taken_as_one_after_the_other():
    stream, out = made()
    stream.writelines(["one\n", "two", "\n"])
    assert (out.getvalue(), stream.getvalue()) == ("one\ntwo\n", "")


def test_of_a_line_that_is_written_over_the_newest_is_kept_until_it_is_ended():
    stream, out = made()
    for share in (0, 50, 100):
        stream.write(f"\repochs: {share}%")
    assert (stream.newest, out.getvalue()) == ("epochs: 100%", "")
    stream.write("\n")
    assert (stream.newest, out.getvalue()) == ("", "epochs: 100%\n")


def test_nothing_of_a_long_line_is_lost():
    stream, out = made()
    print("x" * 1000, file=stream)  # two writes: the end of the line is one of its own
    assert out.getvalue() == "x" * 1000 + "\n"


def test_a_line_that_never_ends_goes_above_in_parts():
    stream, out = made()
    for _ in range(3):
        stream.write("x" * 40_000)
    assert (len(stream.newest), out.getvalue()) == (40_000, "x" * 80_000 + "\n")


def test_what_another_thread_writes_while_a_line_goes_above_is_kept():
    stream, out = made()

    class Slow(Console):
        """Prints while somebody else goes on writing."""

        def print(self, *objects, **options):
            if not stream.newest:
                other = threading.Thread(target=stream.write, args=("b",))
                other.start()
                other.join()
            super().print(*objects, **options)

    stream._console = Slow(file=out, width=60)
    stream.write("a")
    stream.write("\n")
    assert (stream.newest, out.getvalue()) == ("b", "a\n")


def test_moves_of_the_cursor_are_left_out():
    stream, out = made()
    stream.write("\r\x1b[2K\x1b[Aepochs\n")
    assert out.getvalue() == "epochs\n"


def test_what_was_not_ended_is_written_at_the_end():
    stream, out = made()
    stream.write("no end")
    stream.close()
    assert out.getvalue() == "no end\n"


def test_what_comes_later_goes_to_the_stream_as_it_is():
    stream, out = made()
    stream.close()
    stream.write("\rno end")
    stream.flush()
    assert (stream.getvalue(), out.getvalue()) == ("\rno end", "")


def test_whatever_else_is_asked_is_asked_of_the_stream():
    stream, _ = made()
    assert not stream.isatty()
    assert stream.getvalue() == ""
