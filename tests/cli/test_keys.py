# SPDX-License-Identifier: GPL-2.0-only
"""Keys, as a person presses them: what each shows before there is an Enter."""
import world as w
from world import World


def with_shell(function):
    def test():
        world = World()
        try:
            world.start()
            c = world.spawn()
            c.expect_exact("lab#")
            function(world, c)
            c.send("\x15exit\r")
            c.expect(w.pexpect.EOF)
        finally:
            world.close()
    test.__name__ = function.__name__
    return test


def type_line(c, line, prompt):
    c.send(line + "\r")
    c.expect_exact(prompt)
    return c.before.decode().replace("\r", "")


@with_shell
def test_tab_completes_and_rings(_, c):
    c.send("sho\t")
    c.expect_exact("show ")
    c.send("privi\t")
    c.expect_exact("privilege ")
    c.send("\r")
    c.expect_exact("Current privilege level is 15")
    c.expect_exact("lab#")
    c.send("s\t")                   # show, ssh
    c.expect_exact("s\a")
    c.send("\x15nonsense \t")
    c.expect_exact("\a")


@with_shell
def test_question_mark_needs_no_enter(_, c):
    type_line(c, "terminal length 0", "lab#")
    c.send("show line ?")
    c.expect_exact("Line status summary")
    c.expect_exact("<cr>")
    c.expect_exact("lab#show line ")
    c.send("0\r")                   # the line is still there
    c.expect_exact('Line 0, Location: ""')
    c.expect_exact("lab#")
    c.send("sh?")
    c.expect_exact("show  ")
    c.expect_exact("lab#sh")


@with_shell
def test_up_brings_lines_back(_, c):
    type_line(c, "show privilege", "lab#")
    type_line(c, "terminal length 30", "lab#")
    c.send("\x1b[A\x1b[A")
    c.expect_exact("show privilege")
    c.send("\r")
    c.expect_exact("Current privilege level is 15")
    c.expect_exact("lab#")
    c.send("\x1bOA\x1bOA\x1bOB")    # of terminals in application mode
    c.send("\r")
    c.expect_exact("terminal length 30")
    c.expect_exact("lab#")


@with_shell
def test_ctrl_z_runs_the_line_and_ends(world, c):
    type_line(c, "configure terminal", "lab(config)#")
    type_line(c, "line 1", "lab(config-line)#")
    c.send("speed 1200\x1a")
    c.expect_exact("\nlab#")
    assert world.get(1, "speed") == "1200"
    c.send("show privilege\x1a")
    c.expect_exact("level is 15")
    c.expect_exact("lab#")


@with_shell
def test_ctrl_c_drops_the_line_and_ends(world, c):
    type_line(c, "configure terminal", "lab(config)#")
    type_line(c, "line 1", "lab(config-line)#")
    c.send("speed 1200\x03")
    c.expect_exact("^C")
    c.expect_exact("\nlab#")
    assert world.get(1, "speed") == "9600"
    c.send("show privilege\x03")
    c.expect_exact("\nlab#")
    assert b"level is" not in c.before, c.before


def page(c, key):
    """Presses it at a page's end. Return: the lines that followed."""
    c.send(key)
    c.expect_exact([" --More-- ", "lab#"])
    return c.before.decode().lstrip("\b ").count("\n")


@with_shell
def test_pages(_, c):
    type_line(c, "terminal length 5", "lab#")
    c.send("show line\r")
    c.expect_exact(" --More-- ")
    assert c.before.count(b"\n") == 5, c.before     # the command's, and 4
    assert page(c, " ") == 4
    assert page(c, "\r") == 1
    assert page(c, "\r") == 1
    assert page(c, "q") == 0 and c.after == b"lab#"
    type_line(c, "terminal length 0", "lab#")
    assert " --More-- " not in type_line(c, "show line", "lab#")


@with_shell
def test_enable_with_wrong_and_right_secrets(_, c):
    type_line(c, "configure terminal", "lab(config)#")
    type_line(c, "enable secret top", "lab(config)#")
    type_line(c, "end", "lab#")
    type_line(c, "disable", "lab>")
    for secrets, prompt in ((("no", "Top", ""), "lab>"), (("no", "top"), "lab#")):
        c.send("enable\r")
        for secret in secrets:
            c.expect_exact("Password: ")
            c.send(secret + "\r")
        c.expect_exact(prompt)
        assert b"op" not in c.before, c.before
        assert (b"% Bad secrets" in c.before) == (prompt == "lab>"), c.before


@with_shell
def test_banner_over_lines(world, c):
    type_line(c, "configure terminal", "lab(config)#")
    c.send("banner motd #\r")
    c.expect_exact("End with the character '#'.")
    for line in ("Who are you?", "  no one", ""):
        c.send(line + "\r")
    c.send("#\r")
    c.expect_exact("lab(config)#")
    text = type_line(c, "do show running-config", "lab(config)#")
    assert "banner motd ^C\nWho are you?\n  no one\n\n^C\n" in text, text
    type_line(c, "end", "lab#")


w.main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
