// SPDX-License-Identifier: GPL-2.0-only
/* The configuration as commands, in the order of IOS. */
#include "conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vtymux.h>

#include "cleanup.h"
#include "conf-acl.h"
#include "conf-item.h"
#include "conf-lines.h"
#include "conf-policy.h"
#include "file.h"

static void print_listens(const struct conf *conf, FILE *file)
{
	for (size_t i = 0; i < conf->listen_count; i++)
		fprintf(file, "ip ssh listen %s%sport %u\n",
			conf->listens[i].address,
			*conf->listens[i].address ? " " : "",
			conf->listens[i].port);
	for (size_t i = 0; i < conf->rotary_count; i++) {
		const struct conf_rotary *r = &conf->rotaries[i];

		fprintf(file, "ip ssh port %u rotary %u", r->port, r->low);
		if (r->high != r->low)
			fprintf(file, " %u", r->high);
		fputc('\n', file);
	}
	if (conf->timeout != CONF_TIMEOUT_DEFAULT)
		fprintf(file, "ip ssh time-out %u\n", conf->timeout);
	if (conf->retries != CONF_RETRIES_DEFAULT)
		fprintf(file, "ip ssh authentication-retries %u\n",
			conf->retries);
}

static void print_users(const struct conf *conf, FILE *file)
{
	for (unsigned int n = 1; n <= CMD_LEVEL_MAX; n++) {
		if (!*conf->enable[n])
			continue;
		if (n == CMD_LEVEL_MAX)
			fprintf(file, "enable secret 5 %s\n", conf->enable[n]);
		else
			fprintf(file, "enable secret level %u 5 %s\n", n,
				conf->enable[n]);
	}
	for (size_t i = 0; i < conf->user_count; i++) {
		const struct conf_user *u = &conf->users[i];

		fprintf(file, "username %s privilege %u%s%s\n", u->name,
			u->privilege, *u->hash ? " secret 5 " : "", u->hash);
	}
}

/*
 * Global items whose first row is in one table and not yet in the next; what
 * has a field of its own is printed at the table's place.
 */
static const struct {
	const struct cmd *table;
	void (*print)(const struct conf *conf, FILE *file);
	bool secret;
} sections[] = {
	{ conf_global_commands, NULL, false },
	{ conf_system_commands, NULL, false },
	{ conf_user_commands, print_users, true },
	{ conf_aaa_commands, NULL, false },
	{ conf_ip_commands, print_listens, false },
	{ conf_ssh_commands, conf_ssh_print, false },
	{ conf_acl_commands, conf_acl_print, false },
	{ conf_late_commands, NULL, false },
};

static bool row_is_of(const struct cmd *row, const struct cmd *table)
{
	for (; table->pattern; table++)
		if (row == table)
			return true;
	return false;
}

static bool is_public(const struct conf_item *item)
{
	return !(item->row && item->row->flags & CMD_SECRET);
}

static void print_globals(const struct conf *conf, unsigned int flags,
			  FILE *file)
{
	for (size_t s = 0; s < sizeof(sections) / sizeof(sections[0]); s++) {
		bool hide = flags & CONF_PRINT_PUBLIC;

		for (size_t i = 0; i < conf->item_count; i++) {
			const struct conf_item *item = &conf->items[i];

			if (item->mode == CONF_MODE_GLOBAL &&
			    row_is_of(item->row, sections[s].table) &&
			    (!hide || is_public(item)))
				fprintf(file, "%s\n", item->text);
		}
		if (sections[s].print && !(hide && sections[s].secret))
			sections[s].print(conf, file);
	}
}

/* Groups and servers. */
static void print_blocks(const struct conf *conf, unsigned int flags,
			 FILE *file)
{
	for (size_t i = 0; i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];

		if (item->mode == CONF_MODE_GLOBAL ||
		    item->mode == CONF_MODE_LINE)
			continue;
		if (flags & CONF_PRINT_PUBLIC && !is_public(item))
			continue;
		fprintf(file, item->row ? " %s\n" : "!\n%s\n", item->text);
	}
}

/* How an attribute is printed; NULL: the name of the attribute and the value */
static void print_exec(const char *value, FILE *file)
{
	fprintf(file, strcmp(value, "0") ? " exec\n" : " no exec\n");
}

static void print_rotary(const char *value, FILE *file)
{
	while (*value) {
		int len = (int)strcspn(value, " ");

		fprintf(file, " rotary %.*s\n", len, value);
		value += len;
		value += *value == ' ';
	}
}

static void print_transport(const char *value, FILE *file)
{
	fprintf(file, " transport input %s\n", *value ? value : "none");
}

/* As IOS can say it, if it can. */
static void print_exec_timeout(const char *value, FILE *file)
{
	unsigned long n = strtoul(value, NULL, 10);
	unsigned long minutes = n / 60;

	if (minutes > 35791 && n - 35791 * 60 <= 2147483)
		minutes = 35791;
	fprintf(file, " exec-timeout %lu %lu\n", minutes, n - minutes * 60);
}

/* A number of seconds by hand need not be whole minutes. */
static void print_minutes(const char *what, const char *value,
			  const char *more, FILE *file)
{
	unsigned long n = strtoul(value, NULL, 10);

	fprintf(file, " %s %lu", what, n / 60);
	if (n % 60)
		fprintf(file, " %lu", n % 60);
	fprintf(file, "%s\n", more);
}

static void print_session_timeout(const char *value, FILE *file)
{
	print_minutes("session-timeout", value, "", file);
}

/* One command sets an attribute and what the daemon keeps. */
static void print_session_output(const char *value, FILE *file)
{
	print_minutes("session-timeout", value, " output", file);
}

static void print_absolute_timeout(const char *value, FILE *file)
{
	print_minutes("absolute-timeout", value, "", file);
}

static void print_login(const char *value, FILE *file)
{
	fprintf(file, " login authentication %s\n", value);
}

static void print_history(const char *value, FILE *file)
{
	fprintf(file, " history buffer %s\n", value);
}

static const struct {
	const char *attribute;
	void (*print)(const char *value, FILE *file);
} printers[] = {
	{ "session_timeout", print_session_timeout },
	{ "absolute_timeout", print_absolute_timeout },
	{ "exec_timeout", print_exec_timeout },
	{ "exec", print_exec },
	{ "login_authentication", print_login },
	{ "name", NULL },
	{ "modem", NULL },
	{ "rotary", print_rotary },
	{ "transport_input", print_transport },
	{ "history", print_history },
	{ "speed", NULL },
	{ "databits", NULL },
	{ "parity", NULL },
	{ "stopbits", NULL },
	{ "flowcontrol", NULL },
};

/* Whether a setting is printed that has its default. */
static bool default_is_printed(const char *name, const char *value,
			       bool is_virtual, unsigned int flags)
{
	if (flags & CONF_PRINT_ALL)
		return *value;
	/* Logins are off on tty lines here and on in IOS: always said. */
	return !is_virtual && !strcmp(name, "exec");
}

/* A line, or an attribute of it, that is not there is left out. 0, -errno. */
static int print_attributes(const struct conf_lines *lines, unsigned int line,
			    bool output, unsigned int flags, FILE *file)
{
	int is_virtual = conf_lines_is_virtual(lines, line), r;
	char value[CONF_VALUE_MAX];

	if (is_virtual < 0)
		return is_virtual == -ENODEV ? 0 : is_virtual;
	for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++) {
		const char *name = printers[i].attribute;
		const char *fallback =
			conf_attribute_default(name, is_virtual > 0);

		if (!fallback)
			continue;
		r = lines->get(lines->arg, line, name, value, sizeof(value));
		if (r == -ENODEV)
			continue;
		if (r < 0)
			return r;
		if (output && printers[i].print == print_session_timeout) {
			print_session_output(value, file);
			continue;
		}
		if (!strcmp(value, fallback) &&
		    !default_is_printed(name, value, is_virtual > 0, flags))
			continue;
		if (printers[i].print)
			printers[i].print(value, file);
		else
			fprintf(file, " %s %s\n", name, value);
	}
	return 0;
}

/* The commands of one line, without its header. */
static int block_of(const struct conf *conf, const struct conf_lines *lines,
		    unsigned int line, unsigned int flags, char **ret)
{
	const struct binding *binding = conf_binding(conf, line);
	bool output = conf_get_line(conf, line, CONF_OUTPUT);
	size_t size;
	FILE *file = open_memstream(ret, &size);
	int r = 0;

	if (!file)
		return -errno;
	for (size_t i = conf_item_first(conf, line); i < conf->item_count &&
	     conf->items[i].line == line; i++)
		if (!lines || strcmp(conf->items[i].text, CONF_OUTPUT))
			fprintf(file, " %s\n", conf->items[i].text);
	if (binding)
		fprintf(file, " binding %s %s\n",
			binding_type_name(binding->type), binding->value);
	if (lines && line)
		r = print_attributes(lines, line, output, flags, file);
	if (ferror(file) && r == 0)
		r = -ENOMEM;
	if (fclose(file) && r == 0)
		r = -errno;
	if (r < 0)
		free(*ret);
	return r;
}

static void print_header(unsigned int first, unsigned int last,
			 unsigned int tty, FILE *file)
{
	const char *type = "";
	unsigned int base = 0;

	if (!first)
		type = "con ";
	else if (tty && first > tty) {
		type = "vty ";
		base = tty + 1;
	}
	fprintf(file, "line %s%u", type, first - base);
	if (last > first)
		fprintf(file, " %u", last - base);
	fputc('\n', file);
}

/*
 * Lines in a row with the same commands share a block; but bindings are only
 * for single lines, even where two are the same.
 */
static int print_lines(const struct conf *conf, const struct conf_lines *lines,
		       unsigned int flags, unsigned int first,
		       unsigned int last, unsigned int tty, FILE *file)
{
	unsigned int begin = first;
	char *block = NULL, *next;
	int r = 0;

	for (unsigned int n = first; r == 0 && n <= last; n++) {
		r = block_of(conf, lines, n, flags, &next);

		if (r < 0)
			break;
		if (block && n != 1 && n != tty + 1 &&
		    !(flags & CONF_PRINT_SINGLE) && !conf_binding(conf, n) &&
		    !strcmp(block, next)) {
			free(next);
			continue;
		}
		if (block && *block) {
			print_header(begin, n - 1, tty, file);
			fputs(block, file);
		}
		free(block);
		block = next;
		begin = n;
	}
	if (r == 0 && block && *block) {
		print_header(begin, last, tty, file);
		fputs(block, file);
	}
	free(block);
	if (r < 0)
		return r;
	return ferror(file) ? -EIO : 0;
}

int conf_print_lines(const struct conf *conf, const struct conf_lines *lines,
		     unsigned int flags, unsigned int first, unsigned int last,
		     FILE *file)
{
	unsigned int tty = 0, end;
	int r = lines ? conf_lines_count(lines, &tty, &end) : 0;

	return r < 0 ? r : print_lines(conf, lines, flags, first, last, tty,
				       file);
}

/* What the daemon keeps of lines, one block each. */
static int print_kept_lines(const struct conf *conf, FILE *file)
{
	char *block;
	int r;

	for (unsigned int n = 0; n <= VTYMUX_LINE_MAX; n++) {
		size_t i = conf_item_first(conf, n);

		if (!conf_binding(conf, n) && (i == conf->item_count ||
					       conf->items[i].line != n))
			continue;
		r = block_of(conf, NULL, n, 0, &block);
		if (r < 0)
			return r;
		if (*block)
			fprintf(file, "!\nline %u\n%s", n, block);
		free(block);
	}
	return 0;
}

int conf_print(const struct conf *conf, const struct conf_lines *lines,
	       unsigned int flags, FILE *file)
{
	unsigned int tty, last;
	int r;

	print_globals(conf, flags, file);
	print_blocks(conf, flags, file);
	if (lines) {
		fprintf(file, "!\n");
		r = conf_lines_count(lines, &tty, &last);
		if (r == 0)
			r = print_lines(conf, lines, flags, 0, last, tty, file);
	} else {
		r = print_kept_lines(conf, file);
	}
	fprintf(file, "!\nend\n");
	return r < 0 ? r : ferror(file) ? -EIO : 0;
}

int conf_save(const struct conf *conf, const char *path)
{
	char *text _cleanup_free_ = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int r;

	if (!file)
		return -errno;
	r = conf_print(conf, NULL, 0, file);
	if (fclose(file) && r == 0)
		r = -errno;
	return r < 0 ? r : file_replace(path, text, size, false);
}
