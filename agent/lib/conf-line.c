// SPDX-License-Identifier: GPL-2.0-only
/* "line" and the commands of its mode. Each is applied to all lines or none. */
#include "conf-cmd.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <linux/vtymux.h>

#include "cleanup.h"

#define VALUE_MAX	CONF_VALUE_MAX

/* What a command did so far, to be taken back. */
struct undo {
	unsigned int first;
	size_t done;
	char **old;	/* of each line from @first, NULL where unchanged */
};

static void undo_free(struct undo *u)
{
	for (size_t i = 0; i < u->done; i++)
		free(u->old[i]);
	free(u->old);
}

static void undo_all(struct undo *u, const struct conf_lines *lines,
		     const char *attribute, struct cmd_match *match)
{
	for (size_t i = u->done; i--;) {
		unsigned int line = u->first + (unsigned int)i;
		size_t len = strlen(match->error);

		if (!u->old[i] ||
		    !lines->set(lines->arg, line, attribute, u->old[i]))
			continue;
		snprintf(match->error + len, sizeof(match->error) - len,
			 "; line %u keeps the new value", line);
	}
}

static int fail_line(struct cmd_match *match, int error, unsigned int line,
		     const char *attribute, const char *value)
{
	if (error == -ENODEV)
		return cmd_fail(match, error, "%% line %u: no such line", line);
	return cmd_fail(match, error, "%% line %u does not take %s \"%.80s\": %s",
			line, attribute, value, strerror(-error));
}

/* One line. On success *@ret_old is the value to restore, or NULL. */
static int apply_one(struct cmd_match *match, const struct conf_parser *p,
		     unsigned int line, const char *attribute,
		     conf_value_fn make, char **ret_old)
{
	const struct conf_lines *lines = p->lines;
	char old[VALUE_MAX], value[VALUE_MAX];
	char *copy;
	int r;

	r = lines->get(lines->arg, line, attribute, old, sizeof(old));
	if (r == -ENODEV && conf_lines_is_virtual(lines, line) >= 0)
		return cmd_fail(match, r, "%% line %u has no %s", line,
				attribute);
	if (r < 0)
		return fail_line(match, r, line, attribute, "");
	r = make(match, p, line, old, value);
	if (r < 0)
		return r;
	if (!strcmp(old, value)) {
		*ret_old = NULL;
		return 0;
	}
	copy = strdup(old);
	if (!copy)
		return cmd_fail(match, -ENOMEM, "out of memory");
	r = lines->set(lines->arg, line, attribute, value);
	if (r < 0) {
		free(copy);
		return fail_line(match, r, line, attribute, value);
	}
	*ret_old = copy;
	return 0;
}

int conf_set_lines(struct cmd_match *match, const struct conf_parser *p,
		   const char *attribute, conf_value_fn make)
{
	struct undo u _cleanup_(undo_free) = { .first = p->first };
	int r = 0;

	if (!p->first && !p->unmapped) {
		match->note = "the console is not a line of ours, this is only kept";
		return conf_keep(match, (void *)p);
	}
	if (!p->lines || p->unmapped)
		return 0;
	u.old = calloc(p->last - p->first + 1, sizeof(*u.old));
	if (!u.old)
		return cmd_fail(match, -ENOMEM, "out of memory");
	for (unsigned int n = p->first; n <= p->last; n++) {
		r = apply_one(match, p, n, attribute, make, &u.old[u.done]);
		if (r < 0) {
			undo_all(&u, p->lines, attribute, match);
			return r;
		}
		u.done++;
	}
	return 0;
}

/* The argument as it is; the default of @attribute for "no". */
static int copy_argument(struct cmd_match *match, const struct conf_parser *p,
			 unsigned int line, const char *attribute,
			 char value[VALUE_MAX])
{
	int is_virtual = conf_lines_is_virtual(p->lines, line);

	snprintf(value, VALUE_MAX, "%s", match->no ?
		 conf_attribute_default(attribute, is_virtual > 0) :
		 match->args[0].word);
	return 0;
}

/* Absolute numbers of what was typed. @base: of the first of that kind. */
static int set_range(struct cmd_match *match, struct conf_parser *p,
		     unsigned int base)
{
	unsigned int first = base + (unsigned int)match->args[0].number;
	unsigned int last = base +
		(unsigned int)match->args[match->nargs - 1].number;

	if (last < first)
		return cmd_fail(match, -EINVAL,
				"%% the last line, %u, comes before the first, %u",
				last - base, first - base);
	if (!first && last)
		return cmd_fail(match, -EINVAL,
				"%% line 0 is the console: configure it alone");
	for (unsigned int n = first; n && n <= last && p->lines; n++) {
		int r = conf_lines_is_virtual(p->lines, n);

		if (r == -ENODEV)
			return cmd_fail(match, r, "%% line %u: no such line", n);
		if (r < 0)
			return cmd_fail(match, r, "%% line %u: %s", n,
					strerror(-r));
	}
	p->first = first;
	p->last = last;
	p->unmapped = false;
	p->mode = CONF_MODE_LINE;
	return 0;
}

/* line [tty|console] N [M]; line vty N [M] counts from the first virtual one */
int conf_line_line(struct cmd_match *match, void *arg)
{
	struct conf_parser *p = arg;

	if (strncmp(match->cmd->pattern, "line vty", 8))
		return set_range(match, p, 0);
	if (p->lines)
		return set_range(match, p, conf_lines_last_tty(p->lines) + 1);
	p->unmapped = true;
	p->first = 0;
	p->last = 0;
	p->mode = CONF_MODE_LINE;
	return 0;
}

static int make_exec(struct cmd_match *match, const struct conf_parser *p,
		     unsigned int line, const char *old, char value[VALUE_MAX])
{
	(void)old;
	if (match->by_default)
		return copy_argument(match, p, line, "exec", value);
	strcpy(value, match->no ? "0" : "1");
	return 0;
}

static int line_exec(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, "exec", make_exec);
}

static int make_transport(struct cmd_match *match, const struct conf_parser *p,
			  unsigned int line, const char *old,
			  char value[VALUE_MAX])
{
	bool ssh = false, telnet = false;

	(void)old;
	for (size_t i = 0; i < match->nargs && !match->no; i++) {
		ssh |= !strcmp(match->args[i].word, "ssh");
		telnet |= !strcmp(match->args[i].word, "telnet");
	}
	/* The kernel's word for both, so that no change is seen as none. */
	if (ssh && telnet)
		strcpy(value, "all");
	else
		copy_argument(match, p, line, "transport_input", value);
	return 0;
}

/* transport input {all|none}, transport input {ssh|telnet} [{ssh|telnet}] */
static int line_transport(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, "transport_input", make_transport);
}

static int make_login(struct cmd_match *match, const struct conf_parser *p,
		      unsigned int line, const char *old, char value[VALUE_MAX])
{
	(void)old;
	return copy_argument(match, p, line, "login_authentication", value);
}

static bool is_graph(const char *word)
{
	for (; *word; word++)
		if (!isascii(*word) || !isgraph(*word))
			return false;
	return true;
}

/* login authentication LIST */
static int line_login(struct cmd_match *match, void *arg)
{
	const char *list = match->args[0].word;

	if (!match->no &&
	    (strlen(list) > VTYMUX_LIST_NAME_MAX || !is_graph(list)))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not a list name: 1..%d visible characters",
				list, VTYMUX_LIST_NAME_MAX);
	return conf_set_lines(match, arg, "login_authentication", make_login);
}

/* Adds @group to, or with "no" takes it from, the ascending list @old. */
static int make_rotary(struct cmd_match *match, const struct conf_parser *p,
		       unsigned int line, const char *old,
		       char value[VALUE_MAX])
{
	bool groups[VTYMUX_ROTARY_MAX + 1] = { false };
	size_t len = 0;
	char *end;

	(void)p;
	value[0] = '\0';
	if (match->no && !match->nargs)
		return 0;
	for (; *old; old = *end ? end + 1 : end) {
		unsigned long n = strtoul(old, &end, 10);

		if (end == old || n > VTYMUX_ROTARY_MAX)
			return fail_line(match, -EBADMSG, line, "rotary", old);
		groups[n] = true;
	}
	groups[match->args[0].number] = !match->no;
	for (unsigned int n = 1; n <= VTYMUX_ROTARY_MAX; n++)
		if (groups[n])
			len += (size_t)snprintf(value + len, VALUE_MAX - len,
						"%s%u", len ? " " : "", n);
	return 0;
}

/* rotary N: one more group; no rotary [N]: out of one, or of all */
static int line_rotary(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, "rotary", make_rotary);
}

/* The attribute that the first word of the command is the name of. */
static const char *attribute_of(const struct cmd *cmd)
{
	size_t len = strcspn(cmd->pattern, " ");

	for (size_t i = 0; conf_attributes[i].name; i++)
		if (strlen(conf_attributes[i].name) == len &&
		    !strncmp(conf_attributes[i].name, cmd->pattern, len))
			return conf_attributes[i].name;
	return NULL;
}

static int make_setting(struct cmd_match *match, const struct conf_parser *p,
			unsigned int line, const char *old,
			char value[VALUE_MAX])
{
	(void)old;
	return copy_argument(match, p, line, attribute_of(match->cmd), value);
}

/* speed N, databits N, parity WORD, stopbits N, flowcontrol WORD, modem WORD */
static int line_setting(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, attribute_of(match->cmd),
			      make_setting);
}

/* A label must not be mistaken for anything else after the login's colon. */
static const char *label_fault(const char *label)
{
	static const char charset[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	static const char *const reserved[] = { "rotary", "watch", "steal" };

	if (strlen(label) > VTYMUX_NAME_MAX)
		return "over 31 characters";
	if (label[strspn(label, charset)])
		return "only A-Z a-z 0-9 . _ - are allowed";
	if (!label[strspn(label, "0123456789")])
		return "a number";
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strncasecmp(label, reserved[i], strlen(reserved[i])))
			return "begins with rotary, watch or steal";
	return NULL;
}

static int need_one_line(struct cmd_match *match, const struct conf_parser *p)
{
	if (p->first == p->last)
		return 0;
	return cmd_fail(match, -EINVAL,
			"%% only for a single line, not for %u to %u",
			p->first, p->last);
}

/* name LABEL */
static int line_name(struct cmd_match *match, void *arg)
{
	const struct conf_parser *p = arg;
	const char *fault;
	int r;

	if (!match->no) {
		r = need_one_line(match, p);
		if (r < 0)
			return r;
		fault = label_fault(match->args[0].word);
		if (fault)
			return cmd_fail(match, -EINVAL,
					"%% \"%.80s\" is not a label: %s",
					match->args[0].word, fault);
	}
	return conf_set_lines(match, p, "name", make_setting);
}

static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? text : text + len;
}

/* Fills @b from "{device|path|serial-number} VALUE". */
static int parse_binding(struct cmd_match *match, struct binding *b)
{
	static const char *const directories[BINDING_TYPES] = {
		[BINDING_DEVICE] = "/dev/",
		[BINDING_PATH] = "/dev/serial/by-path/",
		[BINDING_SERIAL] = "/dev/serial/by-id/",
	};
	const char *value;
	size_t max;

	b->type = (enum binding_type)match->args[0].number;
	value = skip_prefix(match->args[1].word, directories[b->type]);
	max = b->type == BINDING_DEVICE ? VTYMUX_BACKING_MAX :
		BINDING_VALUE_MAX;
	if (!*value || strlen(value) > max || !is_graph(value) ||
	    strchr(value, '/'))
		return cmd_fail(match, -EINVAL, "%% \"%.80s\" is not a %s",
				match->args[1].word, match->args[0].word);
	if (b->type == BINDING_DEVICE && *value &&
	    !value[strspn(value, ".")])
		return cmd_fail(match, -EINVAL, "%% \"%.80s\" is not a %s",
				match->args[1].word, match->args[0].word);
	snprintf(b->value, sizeof(b->value), "%s", value);
	return 0;
}

/* binding {device NAME|path PATH|serial-number SN} */
static int line_binding(struct cmd_match *match, void *arg)
{
	const struct conf_parser *p = arg;
	struct binding b = { .line = p->first };
	int r;

	if (p->unmapped)
		return 0;
	if (match->no) {
		for (unsigned int n = p->first; n <= p->last; n++)
			conf_bind(p->conf, n, NULL);
		return 0;
	}
	r = need_one_line(match, p);
	if (r < 0)
		return r;
	r = parse_binding(match, &b);
	if (r < 0)
		return r;
	if (!b.line)
		return cmd_fail(match, -EINVAL,
				"%% nothing can be bound to the console");
	if (p->lines && conf_lines_is_virtual(p->lines, b.line) > 0)
		return cmd_fail(match, -EINVAL,
				"%% line %u is virtual, nothing can be bound to it",
				b.line);
	r = conf_bind(p->conf, b.line, &b);
	return r < 0 ? cmd_fail(match, r, "%s", strerror(-r)) : 0;
}

const struct cmd conf_line_commands[] = {
	{ "binding {device|path|serial-number} WORD", CMD_NO | CMD_NO_SHORT,
	  line_binding, "The tty behind this line" },
	{ "databits <5-8>", CMD_NO | CMD_NO_SHORT, line_setting,
	  "Set number of data bits per character" },
	{ "end", 0, conf_cmd_end, "Exit from configure mode" },
	{ "exec", CMD_NO, line_exec, "Configure EXEC" },
	{ "exit", 0, conf_cmd_exit, "Exit from line configuration mode" },
	{ "flowcontrol {none|software|hardware}", CMD_NO | CMD_NO_SHORT,
	  line_setting, "Set the flow control" },
	{ "login authentication WORD", CMD_NO | CMD_NO_SHORT, line_login,
	  "Login list of this line" },
	{ "modem {none|inout|dtr-active|cts-required}", CMD_NO | CMD_NO_SHORT,
	  line_setting, "Configure the Modem Control Lines" },
	{ "name WORD", CMD_NO | CMD_NO_SHORT, line_name,
	  "Label for user:NAME" },
	{ "parity {none|even|odd|space|mark}", CMD_NO | CMD_NO_SHORT,
	  line_setting, "Set terminal parity" },
	{ "rotary <1-127>", CMD_NO | CMD_NO_SHORT, line_rotary,
	  "Set line rotary group" },
	{ "speed <50-4000000>", CMD_NO | CMD_NO_SHORT, line_setting,
	  "Set the transmit and receive speeds" },
	{ "stopbits {1|1.5|2}", CMD_NO | CMD_NO_SHORT, line_setting,
	  "Set async line stop bits" },
	{ "transport input {all|none}", CMD_NO | CMD_NO_SHORT,
	  line_transport, "Protocols to this line" },
	{ "transport input {ssh|telnet}", CMD_NO, line_transport,
	  "Protocols to this line" },
	{ "transport input {ssh|telnet} {ssh|telnet}", CMD_NO, line_transport,
	  "Protocols to this line" },
	{ .more = conf_access_commands }
};
