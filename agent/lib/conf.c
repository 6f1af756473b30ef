// SPDX-License-Identifier: GPL-2.0-only
#include "conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "conf-cmd.h"
#include "conf-item.h"

/* In place of a command that leads to a block, where it was refused. */
#define REFUSED_USER	CONF_HEADER_REFUSED "username"

static const struct {
	const struct cmd *table;
	const char *prompt, *header;
} modes[] = {
	[CONF_MODE_GLOBAL] = { conf_global_commands, "config", "" },
	[CONF_MODE_ACL_STANDARD] = { conf_acl_standard_commands,
		"config-std-nacl", "ip access-list standard " },
	[CONF_MODE_ACL_EXTENDED] = { conf_acl_extended_commands,
		"config-ext-nacl", "ip access-list extended " },
	[CONF_MODE_ACL_IPV6] = { conf_acl_ipv6_commands, "config-ipv6-acl",
		"ipv6 access-list " },
	[CONF_MODE_GROUP_RADIUS] = { conf_group_radius_commands,
		"config-sg-radius", "aaa group server radius " },
	[CONF_MODE_GROUP_TACACS] = { conf_group_tacacs_commands,
		"config-sg-tacacs+", "aaa group server tacacs+ " },
	[CONF_MODE_RADIUS] = { conf_radius_commands, "config-radius-server",
		"radius server " },
	[CONF_MODE_TACACS] = { conf_tacacs_commands, "config-server-tacacs",
		"tacacs server " },
	[CONF_MODE_CHAIN] = { conf_chain_commands, "conf-ssh-pubkey",
		"ip ssh pubkey-chain" },
	[CONF_MODE_CHAIN_USER] = { conf_chain_user_commands,
		"conf-ssh-pubkey-user", "ip ssh pubkey-chain username " },
	[CONF_MODE_LINE] = { conf_line_commands, "config-line", "line " },
	[CONF_MODE_REFUSED] = { conf_line_commands, "config-line",
		CONF_HEADER_REFUSED },
	[CONF_MODE_END] = { conf_global_commands, "config", "" },
};

const struct cmd *conf_mode_table(enum conf_mode mode)
{
	return modes[mode].table;
}

const char *conf_mode_prompt(enum conf_mode mode)
{
	return modes[mode].prompt;
}

void conf_parser_header(const struct conf_parser *p,
			char header[CMD_LINE_MAX + 1])
{
	size_t size = CMD_LINE_MAX + 1;

	if (p->mode == CONF_MODE_CHAIN_USER && !*p->name)
		strcpy(header, REFUSED_USER);
	else if (p->mode == CONF_MODE_LINE && p->first == p->last)
		snprintf(header, size, "line %u", p->first);
	else if (p->mode == CONF_MODE_LINE)
		snprintf(header, size, "line %u %u", p->first, p->last);
	else
		snprintf(header, size, "%s%s", modes[p->mode].header,
			 *modes[p->mode].header ? p->name : "");
}

void conf_init(struct conf *conf)
{
	*conf = (struct conf){
		.timeout = CONF_TIMEOUT_DEFAULT,
		.retries = CONF_RETRIES_DEFAULT,
	};
	params_init(&conf->ssh);
}

void conf_free(struct conf *conf)
{
	for (size_t i = 0; i < conf->item_count; i++)
		free(conf->items[i].text);
	free(conf->items);
	acl_set_free(&conf->acls);
	free(conf->users);
	free(conf->bindings);
	params_free(&conf->ssh);
	conf_init(conf);
}

static void *copy_array(const void *from, size_t count, size_t size)
{
	void *to = malloc((count + 1) * size);

	if (to && count)
		memcpy(to, from, count * size);
	return to;
}

int conf_copy(struct conf *to, const struct conf *from)
{
	struct conf c = *from;
	int r, acls;

	c.bindings = copy_array(from->bindings, from->binding_count,
				sizeof(*c.bindings));
	c.users = copy_array(from->users, from->user_count, sizeof(*c.users));
	c.items = copy_array(from->items, from->item_count, sizeof(*c.items));
	c.item_count = 0;
	while (c.items && c.item_count < from->item_count) {
		struct conf_item *item = &c.items[c.item_count];

		item->text = strdup(item->text);
		if (!item->text)
			break;
		c.item_count++;
	}
	r = params_copy(&c.ssh, &from->ssh);
	c.acls = (struct acl_set){ 0 };
	acls = acl_set_copy(&c.acls, &from->acls);
	if (!c.bindings || !c.users || !c.items || r < 0 || acls < 0 ||
	    c.item_count < from->item_count) {
		conf_free(&c);
		return -ENOMEM;
	}
	*to = c;
	return 0;
}

unsigned int conf_login_time(const struct conf *conf)
{
	return conf->timeout ? conf->timeout : CONF_TIMEOUT_CAP;
}

/* Index of the first binding of @line or above. */
static size_t binding_index(const struct conf *conf, unsigned int line)
{
	size_t low = 0, high = conf->binding_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (conf->bindings[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct binding *conf_binding(const struct conf *conf, unsigned int line)
{
	size_t i = binding_index(conf, line);

	if (i == conf->binding_count || conf->bindings[i].line != line)
		return NULL;
	return &conf->bindings[i];
}

int conf_bind(struct conf *conf, unsigned int line,
	      const struct binding *binding)
{
	size_t i = binding_index(conf, line);
	bool present = i < conf->binding_count && conf->bindings[i].line == line;
	struct binding *b = conf->bindings;

	if (!binding) {
		if (present)
			memmove(&b[i], &b[i + 1],
				(--conf->binding_count - i) * sizeof(*b));
		return 0;
	}
	if (!present) {
		b = realloc(b, (conf->binding_count + 1) * sizeof(*b));
		if (!b)
			return -ENOMEM;
		memmove(&b[i + 1], &b[i],
			(conf->binding_count++ - i) * sizeof(*b));
		conf->bindings = b;
	}
	b[i] = *binding;
	b[i].line = line;
	return 0;
}

static void go_global(struct conf_parser *p)
{
	p->mode = CONF_MODE_GLOBAL;
	p->unmapped = false;
	*p->name = '\0';
}

void conf_refuse_block(struct conf_parser *p)
{
	go_global(p);
	p->mode = CONF_MODE_REFUSED;
}

int conf_cmd_end(struct cmd_match *match, void *arg)
{
	(void)match;
	((struct conf_parser *)arg)->mode = CONF_MODE_END;
	return 0;
}

int conf_cmd_exit(struct cmd_match *match, void *arg)
{
	struct conf_parser *p = arg;
	enum conf_mode from = p->mode;

	(void)match;
	go_global(p);
	if (from == CONF_MODE_GLOBAL)
		p->mode = CONF_MODE_END;
	else if (from == CONF_MODE_CHAIN_USER)
		p->mode = CONF_MODE_CHAIN;
	return 0;
}

int conf_find(const struct conf_parser *p, const char *text,
	      struct cmd_match *match, bool *ret_global)
{
	struct cmd_match global;
	int r, g;

	*ret_global = true;
	if (p->mode == CONF_MODE_GLOBAL)
		return cmd_match(conf_global_commands, text, match);
	r = cmd_match(modes[p->mode].table, text, match);
	if (r < 0 && r != -EOPNOTSUPP) {
		g = cmd_match(conf_global_commands, text, &global);
		if (g == 0 || g == -EOPNOTSUPP ||
		    global.words > match->words) {
			*match = global;
			return g;
		}
	}
	*ret_global = false;
	return r;
}

/* Whether the words of @phrase come first, each from @least letters on. */
static bool begins(const char *text, const char *phrase, size_t least)
{
	while (*phrase) {
		size_t whole = strcspn(phrase, " "), len;

		text += strspn(text, CMD_BLANK);
		len = strcspn(text, CMD_BLANK);
		if (len < least || len > whole || strncasecmp(text, phrase, len))
			return false;
		text += len;
		phrase += whole + (phrase[whole] == ' ');
	}
	return true;
}

/* A user was refused: the keys that follow are not of the one before. */
static bool begins_user(enum conf_mode mode, const char *text)
{
	return begins(text, "ip ssh pubkey-chain", 2) ||
	       ((mode == CONF_MODE_CHAIN || mode == CONF_MODE_CHAIN_USER) &&
		begins(text, "username", 1));
}

bool conf_is_other_block(enum conf_mode mode, const char *text)
{
	struct cmd_match match;

	return mode != CONF_MODE_GLOBAL && !strchr(CMD_BLANK, *text) &&
	       cmd_match(modes[mode].table, text, &match) < 0 && !match.words;
}

/* A block was refused: what follows is not of the block before. */
static bool begins_block(const char *text)
{
	static const char *const headers[] = {
		"line", "ip access-list", "ipv6 access-list",
		"aaa group server", "radius server", "tacacs server",
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (begins(text, headers[i], 2))
			return true;
	return false;
}

/* Whoever shows a text ends its lines in his own way. */
static void drop_returns(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != '\r')
			*to++ = *text;
	*to = '\0';
}

/* Sets match->text of a command whose LINE is a text. 0 or -errno. */
static int take_text(struct cmd_match *match, const char *more, char **ret)
{
	const char *rest = match->rest, *end;
	char delimiter[3], *whole;
	size_t len = !strncmp(rest, "^C", 2) ? 2 : 1;

	memcpy(delimiter, rest, len);
	delimiter[len] = '\0';
	if (asprintf(&whole, "%s%s%s", rest + len, more ? "\n" : "",
		     more ?: "") < 0)
		return cmd_fail(match, -ENOMEM, "out of memory");
	end = strstr(whole, delimiter);
	if (!end || end - whole > CONF_TEXT_MAX) {
		free(whole);
		return end ? cmd_fail(match, -E2BIG, "%% a text of over %d bytes",
				      CONF_TEXT_MAX) :
			cmd_fail(match, -ENODATA, "%% the text has no end");
	}
	whole[end - whole] = '\0';
	drop_returns(whole);
	*ret = whole;
	match->text = whole;
	return 0;
}

static bool leaves(const struct cmd *cmd)
{
	return cmd->run == conf_cmd_exit || cmd->run == conf_cmd_end;
}

bool conf_only_moves(const struct cmd_match *match)
{
	return leaves(match->cmd) || match->cmd->run == conf_line_line;
}

static int run_command(struct conf_parser *p, const char *text,
		       const char *more, struct cmd_match *match)
{
	char *whole _cleanup_free_ = NULL;
	enum conf_mode from = p->mode;
	bool global;
	int r;

	r = conf_find(p, text, match, &global);
	if (r == 0 && match->cmd->flags & CMD_TEXT && !match->no)
		r = take_text(match, more, &whole);
	if (r == 0 && match->cmd->flags & CMD_LINES)
		match->text = more;
	if (r == 0 && !global && p->mode == CONF_MODE_REFUSED &&
	    !leaves(match->cmd))
		r = cmd_fail(match, -ECANCELED,
			     "not applied: the command that it is below was not accepted");
	if (match->cmd && global && !(p->mode == CONF_MODE_GLOBAL))
		go_global(p);
	if (r == 0)
		r = match->cmd->run(match, p);
	if (r == 0 && match->cmd->flags & CMD_INERT && !match->no)
		match->note = "kept, but nothing in this version acts on it";
	match->text = NULL;
	if (r < 0 && begins_user(from, text)) {
		conf_refuse_block(p);
		p->mode = CONF_MODE_CHAIN_USER;
	} else if (r < 0 && (global || !match->words) && begins_block(text)) {
		conf_refuse_block(p);
	}
	return r;
}

int conf_command(struct conf_parser *parser, const char *text,
		 struct cmd_match *match)
{
	const char *more = strchr(text, '\n');
	char first[CMD_LINE_MAX + 2];

	if (!more)
		return run_command(parser, text, NULL, match);
	memset(match, 0, sizeof(*match));
	/* With the blank of the running configuration, as any line. */
	if (more - text > CMD_LINE_MAX + (*text == ' '))
		return cmd_fail(match, -E2BIG, "line of over %d bytes",
				CMD_LINE_MAX);
	memcpy(first, text, (size_t)(more - text));
	first[more - text] = '\0';
	return run_command(parser, first, more + 1, match);
}

int conf_enter(struct conf_parser *parser, const char *header,
	       struct cmd_match *match)
{
	if (*header != *CONF_HEADER_REFUSED)
		return *header ? conf_command(parser, header, match) : 0;
	conf_refuse_block(parser);
	if (!strcmp(header, REFUSED_USER))
		parser->mode = CONF_MODE_CHAIN_USER;
	return 0;
}

void conf_command_for_log(const struct cmd_match *match,
			  char text[CMD_LINE_MAX + 1])
{
	struct cmd_match m = *match;
	size_t len = 0;

	if (m.no)
		len = (size_t)sprintf(text, "%s ", m.by_default ? "default" :
				      "no");
	if (m.cmd->flags & CMD_SECRET && *m.rest)
		strcpy(m.rest, "*");
	else if (m.cmd->flags & CMD_SECRET && m.nargs)
		strcpy(m.args[m.nargs - 1].word, "*");
	if (m.cmd->flags & CMD_TEXT)
		*m.rest = '\0';
	cmd_text_of(&m, 0, text + len, CMD_LINE_MAX + 1 - len);
}

bool conf_is_comment(const char *text)
{
	static const char *const headings[] = {
		"Building configuration...", "Current configuration : ",
		"Using ",
	};

	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		if (!strncmp(text, headings[i], strlen(headings[i])))
			return true;
	return !*text || *text == '!';
}
