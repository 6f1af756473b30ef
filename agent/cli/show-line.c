// SPDX-License-Identifier: GPL-2.0-only
/* show line, in its forms. Formats: the column tables of IOS 12.4 and later. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf-item.h"
#include "json.h"
#include "line.h"

#define HEADER	"   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses" \
		"  Noise Overruns  Int\n"

static const char *const states[] = {
	[VTYMUX_STATE_UNBOUND] = "unbound", [VTYMUX_STATE_DOWN] = "down",
	[VTYMUX_STATE_ACTIVE] = "active", [VTYMUX_STATE_CLAIMED] = "claimed",
	[VTYMUX_STATE_IDLE] = "idle",
};

/* What goes on while lines are listed. */
struct listing {
	struct cli *cli;
	struct conf conf;	/* the public part */
	struct json json;
	unsigned int tty;	/* the last tty line */
	unsigned int counts[VTYMUX_STATE_IDLE + 1];
	/* Lines without hardware, in ranges */
	FILE *absent;
	char *absent_text;
	size_t absent_size;
	unsigned int range_first, range_last;
};

static const char *value(unsigned int line, const char *attribute,
			 const char *fallback)
{
	static char text[CONF_VALUE_MAX];

	return line_value(line, attribute, text, sizeof(text)) < 0 ?
		fallback : text;
}

static unsigned long long counter(unsigned int line, const char *name)
{
	char attribute[64];

	snprintf(attribute, sizeof(attribute), "statistics/%s", name);
	return strtoull(value(line, attribute, "0"), NULL, 10);
}

static bool is_active(const struct line *l)
{
	return l->state == VTYMUX_STATE_ACTIVE ||
	       l->state == VTYMUX_STATE_CLAIMED;
}

/* "access-class 10 in": the list of one direction, or "-". */
static void access_list(const struct conf *conf, unsigned int line,
			const char *direction, char list[32])
{
	size_t len = strlen(direction);

	strcpy(list, "-");
	for (size_t i = conf_item_first(conf, line); i < conf->item_count &&
	     conf->items[i].line == line; i++) {
		const char *text = conf->items[i].text;
		size_t n = strlen(text);

		if (!strncmp(text, "access-class ", 13) && n > 13 + len &&
		    !strcmp(text + n - len, direction))
			snprintf(list, 32, "%.*s", (int)(n - 13 - len - 1),
				 text + 13);
	}
}

static void modem_column(unsigned int line, char modem[32])
{
	static const struct {
		const char *value, *column;
	} known[] = {
		{ "inout", "inout" }, { "dtr-active", "dtr-act" },
		{ "cts-required", "cts-req" },
	};
	const char *text = value(line, "modem", "none");

	strcpy(modem, "   -  ");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(text, known[i].value))
			snprintf(modem, 32, "%-6s", known[i].column);
}

/* The first group; a line of ours may have more, IOS has one. */
static void rotary_column(const struct line *l, char rotary[32])
{
	strcpy(rotary, "-");
	for (unsigned int n = VTYMUX_ROTARY_MAX; n; n--)
		if (l->rotary[n / 64] & UINT64_C(1) << n % 64)
			snprintf(rotary, 32, "%u", n);
}

static void print_row(FILE *out, char mark, unsigned int tty,
		      unsigned int line, const char *type, const char *speed,
		      const char *modem, const char *rotary, const char *acc_out,
		      const char *acc_in, const unsigned long long counts[4])
{
	char number[16];

	snprintf(number, sizeof(number), "%u", tty);
	fprintf(out, "%c%5s %4u %3s %s%s %s %4s %4s %4s %5llu %6llu %4llu/%-5llu %2s\n",
		mark, number, line, type, speed, "-", modem, rotary, acc_out,
		acc_in, counts[0], counts[1], counts[2], counts[3], "-");
}

static void print_line(struct listing *g, const struct line *l)
{
	char modem[32], rotary[32], out[32], in[32], speed[32];
	const unsigned long long counts[] = {
		counter(l->number, "opens"), counter(l->number, "noise"),
		counter(l->number, "hw_overruns"),
		counter(l->number, "overruns"),
	};
	const char *rate = value(l->number, "speed", "9600");

	if (l->is_virtual)
		snprintf(speed, sizeof(speed), "%13s", "");
	else
		snprintf(speed, sizeof(speed), "%6.9s/%-6.9s", rate, rate);
	modem_column(l->number, modem);
	rotary_column(l, rotary);
	access_list(&g->conf, l->number, "out", out);
	access_list(&g->conf, l->number, "in", in);
	print_row(g->cli->out, is_active(l) ? '*' : ' ', l->number, l->number,
		  l->is_virtual ? "VTY" : "TTY", speed, modem, rotary, out, in,
		  counts);
}

static void json_line(struct listing *g, const struct line *l)
{
	static const char *const attributes[] = {
		"login_authentication", "rotary", "transport_input", "parity",
		"stopbits", "flowcontrol", "modem", "owner",
	};
	static const char *const numbers[] = {
		"speed", "databits", "session_timeout", "exec_timeout",
		"absolute_timeout", "history",
	};
	static const char *const counters[] = {
		"rx", "tx", "opens", "noise", "breaks", "framing", "parity",
		"overruns", "hw_overruns", "tap_lost", "downs",
	};
	struct json *j = &g->json;

	json_open(j, NULL, '{');
	json_number(j, "line", l->number);
	json_string(j, "type", l->is_virtual ? "virtual" : "tty");
	json_string(j, "state", states[l->state]);
	json_string(j, "name", l->name);
	json_string(j, "backing", l->backing);
	json_bool(j, "exec", l->exec);
	json_string(j, "location",
		    conf_get_line(&g->conf, l->number, "location") ?: "");
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (*value(l->number, attributes[i], "\n") != '\n')
			json_string(j, attributes[i],
				    value(l->number, attributes[i], ""));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (*value(l->number, numbers[i], ""))
			json_number(j, numbers[i], strtoll(
				value(l->number, numbers[i], "0"), NULL, 10));
	json_open(j, "statistics", '{');
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		json_number(j, counters[i],
			    (long long)counter(l->number, counters[i]));
	json_close(j, '}');
	json_close(j, '}');
}

static void end_range(struct listing *g)
{
	if (!g->range_first)
		return;
	fprintf(g->absent, "%s%u", ftell(g->absent) ? ", " : "",
		g->range_first);
	if (g->range_last > g->range_first)
		fprintf(g->absent, "-%u", g->range_last);
	g->range_first = 0;
}

static int list(const struct line *l, void *arg)
{
	struct listing *g = arg;

	if (g->cli->json) {
		json_line(g, l);
		return 0;
	}
	if (l->state != VTYMUX_STATE_UNBOUND) {
		end_range(g);
		print_line(g, l);
		return 0;
	}
	if (!g->range_first)
		g->range_first = l->number;
	g->range_last = l->number;
	return 0;
}

static int no_lines(struct cmd_match *match, int error)
{
	if (error == -ENODEV)
		return cmd_fail(match, error, "%% Invalid line");
	return cmd_fail(match, error, "%% cannot read the lines: %s",
			strerror(-error));
}

static void print_console(FILE *out)
{
	static const unsigned long long none[4];

	print_row(out, ' ', 0, 0, "CTY", "             ", "   -  ", "-", "-",
		  "-", none);
}

int show_line(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct listing g = { .cli = cli, .json.file = cli->out };
	int r;

	g.absent = open_memstream(&g.absent_text, &g.absent_size);
	if (!g.absent)
		return -errno;
	cli_conf(cli, &g.conf);
	if (cli->json) {
		json_open(&g.json, NULL, '[');
	} else {
		fprintf(cli->out, HEADER);
		print_console(cli->out);
	}
	r = line_for_each(list, &g);
	end_range(&g);
	fclose(g.absent);
	if (cli->json)
		json_close(&g.json, ']');
	else if (g.absent_size)
		fprintf(cli->out, "\nLine(s) not in async mode -or- "
			"with no hardware support:\n%s\n", g.absent_text);
	free(g.absent_text);
	conf_free(&g.conf);
	return r < 0 ? no_lines(match, r) : 0;
}

/* Seconds, as IOS writes them. */
static void print_span(FILE *out, unsigned long n, const char *none, int width)
{
	char text[32];

	if (n)
		snprintf(text, sizeof(text), "%02lu:%02lu:%02lu", n / 3600,
			 n / 60 % 60, n % 60);
	else
		snprintf(text, sizeof(text), "%s", none);
	fprintf(out, "%-*s", width, text);
}

static unsigned long seconds(unsigned int line, const char *attribute)
{
	return strtoul(value(line, attribute, "0"), NULL, 10);
}

/* A number that is kept for a line, else IOS's. */
static unsigned int kept(const struct conf *conf, unsigned int line,
			 const char *key, unsigned int fallback)
{
	const char *text = conf_get_line(conf, line, key);

	return text ? (unsigned int)strtoul(text, NULL, 10) : fallback;
}

static void print_timeouts(FILE *out, const struct conf *conf,
			   unsigned int line)
{
	fprintf(out, "Timeouts:      Idle EXEC    Idle Session   "
		"Modem Answer  Session   Dispatch\n               ");
	print_span(out, seconds(line, "exec_timeout"), "never", 14);
	print_span(out, seconds(line, "session_timeout"), "never", 14);
	fprintf(out, "%15s", "");
	print_span(out, seconds(line, "absolute_timeout"), "none", 9);
	fprintf(out, "not set\n"
		"                            Idle Session Disconnect Warning\n"
		"                              never \n"
		"                            Login-sequence User Response\n"
		"                             ");
	print_span(out, kept(conf, line, "timeout login response", 30), "", 0);
	fprintf(out, "\n"
		"                            Autoselect Initial Wait\n"
		"                              not set \n");
}

static const char *transports(const char *list)
{
	return strcmp(list, "all") ? list : "ssh telnet";
}

/* Of the line; of the terminal that asks, what it has now. */
static void take_screen(const struct cli *cli, const struct conf *conf,
			unsigned int line, unsigned int screen[3])
{
	bool mine = line == cli->who.line;

	screen[0] = mine ? cli->length : kept(conf, line, "length", 24);
	screen[1] = mine ? cli->width : kept(conf, line, "width", 80);
	screen[2] = mine ? cli->history_size :
		kept(conf, line, "history size", 20);
}

/* The body that "show line N" and "show terminal" share. */
static void print_body(struct cli *cli, const struct conf *conf,
		       const struct line *l)
{
	FILE *out = cli->out;
	unsigned int screen[3];

	take_screen(cli, conf, l->number, screen);
	fprintf(out, "Line %u, Location: \"%s\", Type: \"%s\"\n", l->number,
		conf_get_line(conf, l->number, "location") ?: "",
		l->number ? "" : "dumb");
	fprintf(out, "Length: %u lines, Width: %u columns\n", screen[0],
		screen[1]);
	fprintf(out, "Baud rate (TX/RX) is %s/", value(l->number, "speed", "9600"));
	fprintf(out, "%s, ", value(l->number, "speed", "9600"));
	fprintf(out, "%s parity, ",
		strcmp(value(l->number, "parity", "none"), "none") ?
		value(l->number, "parity", "none") : "no");
	fprintf(out, "%s stopbits, ", value(l->number, "stopbits", "1"));
	fprintf(out, "%s databits\n", value(l->number, "databits", "8"));
	fprintf(out, "Status: %s\n", is_active(l) || !l->number ?
		"PSI Enabled, Ready, Active" : "No Exit Banner");
	fprintf(out, "Capabilities: %s\n", l->exec ? "none" : "EXEC Suppressed");
	fprintf(out, "Modem state: %s\n", l->state == VTYMUX_STATE_DOWN ||
		l->state == VTYMUX_STATE_UNBOUND ? "Idle" : "Ready");
	fprintf(out, "Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation\n"
		"                ^^x    none   -     -       none         \n");
	print_timeouts(out, conf, l->number);
	fprintf(out, "Modem type is unknown.\nSession limit is not set.\n"
		"Time since activation: never\nEditing is enabled.\n"
		"History is enabled, history size is %u.\n"
		"DNS resolution in show commands is enabled\n"
		"Full user help is disabled\n", screen[2]);
	fprintf(out, "Allowed input transports are %s.\n",
		transports(value(l->number, "transport_input", "none")));
	fprintf(out, "Allowed output transports are %s.\n", transports(
		conf_get_line(conf, l->number, "transport output") ?: "none"));
	fprintf(out, "Preferred transport is %s.\n",
		conf_get_line(conf, l->number, "transport preferred") ?: "none");
	fprintf(out, "No output characters are padded\n"
		"No special data dispatching characters\n");
}

int show_line_one(struct cmd_match *match, void *arg)
{
	unsigned int n = (unsigned int)match->args[0].number;
	struct cli *cli = arg;
	struct listing g = { .cli = cli, .json.file = cli->out };
	struct line line = { .exec = true, .state = VTYMUX_STATE_ACTIVE };
	int r = n ? line_read(n, &line) : 0;

	if (r < 0)
		return no_lines(match, r);
	cli_conf(cli, &g.conf);
	if (cli->json) {
		json_line(&g, &line);
	} else {
		fprintf(cli->out, HEADER);
		if (n)
			print_line(&g, &line);
		else
			print_console(cli->out);
		fputc('\n', cli->out);
		print_body(cli, &g.conf, &line);
	}
	conf_free(&g.conf);
	return 0;
}

int show_terminal(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct line line = { .exec = true, .state = VTYMUX_STATE_ACTIVE };
	struct json j = { .file = cli->out };
	struct conf conf;

	(void)match;
	if (cli->json) {
		json_open(&j, NULL, '{');
		json_number(&j, "line", cli->who.line);
		json_number(&j, "length", cli->length);
		json_number(&j, "width", cli->width);
		json_number(&j, "history_size", cli->history_size);
		json_bool(&j, "monitor", cli->monitoring);
		json_close(&j, '}');
		return 0;
	}
	if (cli->who.line)
		line_read(cli->who.line, &line);
	cli_conf(cli, &conf);
	print_body(cli, &conf, &line);
	conf_free(&conf);
	return 0;
}

static int count_state(const struct line *l, void *arg)
{
	struct listing *g = arg;

	g->counts[l->state]++;
	return 0;
}

int show_line_summary(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct listing g = { .cli = cli, .json.file = cli->out };
	unsigned int total = 0;
	int r = line_for_each(count_state, &g);

	if (r < 0)
		return no_lines(match, r);
	if (cli->json)
		json_open(&g.json, NULL, '{');
	for (size_t i = 0; i <= VTYMUX_STATE_IDLE; i++) {
		if (!states[i])
			continue;
		total += g.counts[i];
		if (cli->json)
			json_number(&g.json, states[i], g.counts[i]);
		else
			fprintf(cli->out, "%6u %s\n", g.counts[i], states[i]);
	}
	if (cli->json) {
		json_number(&g.json, "total", total);
		json_close(&g.json, '}');
	} else {
		fprintf(cli->out, "%6u lines\n", total);
	}
	return 0;
}
