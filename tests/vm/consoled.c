// SPDX-License-Identifier: GPL-2.0-only
/*
 * consoled - a network device's console, as far as a cable shows it
 *
 * consoled NAME SOCKET connects to the far end of a UART (a unix stream socket)
 * and behaves like the console of a device called NAME: silent until RETURN,
 * then a prompt, echo, line editing and a few commands. Ends with the socket.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_CHARS	256
#define COMMAND(name, help) { #name, run_##name, help }

struct console {
	const char *name;
	int sock;
	bool started;		/* RETURN was pressed */
	bool after_cr;		/* a line feed now belongs to it */
	char line[LINE_MAX_CHARS + 1];
	size_t len;
	time_t since;
};

struct command {
	const char *name;
	void (*run)(struct console *c, const char *args);
	const char *help;
};

static void put(struct console *c, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(c->sock, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(0);
		data += n;
		len -= (size_t)n;
	}
}

__attribute__((format(printf, 2, 3)))
static void say(struct console *c, const char *format, ...)
{
	char text[LINE_MAX_CHARS + 256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0)
		return;
	put(c, text, (size_t)len < sizeof(text) ? (size_t)len :
	    sizeof(text) - 1);
}

static void prompt(struct console *c)
{
	say(c, "%s>", c->name);
}

static void run_echo(struct console *c, const char *args)
{
	say(c, "%s\r\n", args);
}

static void show_clock(struct console *c)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%H:%M:%S UTC %a %b %e %Y", &tm);
	say(c, "%s\r\n", text);
}

static void show_version(struct console *c)
{
	long up = (long)(time(NULL) - c->since);

	say(c, "Console simulator\r\n%s uptime is %ld minutes, %ld seconds\r\n",
	    c->name, up / 60, up % 60);
}

static void show_log(struct console *c)
{
	for (int i = 1; i <= 200; i++)
		say(c, "%03d: %%LINK-3-UPDOWN: Interface Ethernet%d, changed state to %s\r\n",
		    i, i % 48, i % 2 ? "up" : "down");
}

static void run_show(struct console *c, const char *args)
{
	if (!strcasecmp(args, "clock"))
		show_clock(c);
	else if (!strcasecmp(args, "version"))
		show_version(c);
	else if (!strcasecmp(args, "logging"))
		show_log(c);
	else
		say(c, "show what? clock, logging or version\r\n");
}

static void run_exit(struct console *c, const char *args)
{
	(void)args;
	c->started = false;
	say(c, "\r\n%s con0 is now available\r\n\r\n"
	    "Press RETURN to get started.\r\n\r\n", c->name);
}

static void run_help(struct console *c, const char *args);

static const struct command commands[] = {
	COMMAND(echo, "print what follows"),
	COMMAND(exit, "leave the console"),
	COMMAND(help, "this list, as does ?"),
	COMMAND(show, "clock, logging (long) or version"),
};

static void run_help(struct console *c, const char *args)
{
	(void)args;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		say(c, "  %-6s %s\r\n", commands[i].name, commands[i].help);
}

static void run_line(struct console *c)
{
	char *word = c->line + strspn(c->line, " ");
	size_t len = strcspn(word, " ");
	char *args = word + len + strspn(word + len, " ");

	if (!strcmp(word, "?")) {
		run_help(c, "");
		return;
	}
	for (size_t i = 0; len && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strncasecmp(commands[i].name, word, len) &&
		    !commands[i].name[len]) {
			commands[i].run(c, args);
			return;
		}
	if (len)
		say(c, "%% Unknown command \"%s\", try help\r\n", word);
}

static void take_return(struct console *c)
{
	put(c, "\r\n", 2);
	if (c->started) {
		c->line[c->len] = '\0';
		run_line(c);
	}
	/* "exit" has just said so; otherwise RETURN starts or goes on. */
	if (c->started || !c->len) {
		c->started = true;
		prompt(c);
	}
	c->len = 0;
}

static void erase(struct console *c, size_t count)
{
	for (; count && c->len; count--, c->len--)
		put(c, "\b \b", 3);
}

static void take(struct console *c, char key)
{
	bool line_feed = key == '\n' && c->after_cr;

	c->after_cr = key == '\r';
	if (line_feed)
		return;
	if (key == '\r' || key == '\n') {
		take_return(c);
	} else if (!c->started) {
		return;
	} else if (key == '\b' || key == 0x7f) {
		erase(c, 1);
	} else if (key == 0x15) {	/* ^U */
		erase(c, c->len);
	} else if (key == 0x03) {	/* ^C */
		c->len = 0;
		put(c, "^C\r\n", 4);
		prompt(c);
	} else if (isprint((unsigned char)key) && c->len < LINE_MAX_CHARS) {
		c->line[c->len++] = key;
		put(c, &key, 1);
	} else {
		put(c, "\a", 1);
	}
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	if (sock < 0 ||
	    connect(sock, (struct sockaddr *)&address, sizeof(address)))
		return -1;
	return sock;
}

int main(int argc, char **argv)
{
	struct console c = { 0 };
	char keys[512];
	ssize_t n;

	if (argc != 3) {
		fprintf(stderr, "usage: consoled NAME SOCKET\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	c.name = argv[1];
	c.since = time(NULL);
	c.sock = connect_to(argv[2]);
	if (c.sock < 0) {
		fprintf(stderr, "consoled: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	while ((n = read(c.sock, keys, sizeof(keys))) > 0 ||
	       (n < 0 && errno == EINTR))
		for (ssize_t i = 0; i < n; i++)
			take(&c, keys[i]);
	return 0;
}
