// SPDX-License-Identifier: GPL-2.0-only
/*
 * AAA: lists of methods, servers and groups of them, kept for the programs
 * that act on them (agent/aaa).
 */
#include "conf-cmd.h"

#include <errno.h>
#include <string.h>

#include "conf-item.h"
#include "secret.h"

#define METHODS_MAX	4

static const char *const words[] = {
	"local", "system", "none", "if-authenticated", "enable",
	/* of IOS only */
	"local-case", "line", "krb5",
};

#define KNOWN_WORDS	5

/* `enable` is a method of its own list, which has no other but servers. */
static bool belongs(const char *word, bool enable)
{
	return !strcmp(word, "group") || !strcmp(word, "none") ||
	       !strcmp(word, "enable") == enable;
}

/* Up to four of local, system, none, ..., group NAME; none only at the end. */
static const char *methods_fault(char *text, bool enable)
{
	unsigned int count = 0;
	bool group = false, last = false;
	char *save;

	for (char *w = strtok_r(text, " \t", &save); w;
	     w = strtok_r(NULL, " \t", &save)) {
		size_t i = 0;

		if (group) {
			group = false;
			continue;
		}
		if (last)
			return "nothing can follow none";
		if (++count > METHODS_MAX)
			return "more than 4 methods";
		group = !strcmp(w, "group");
		last = !strcmp(w, "none");
		while (i < sizeof(words) / sizeof(words[0]) &&
		       strcmp(w, words[i]))
			i++;
		if (i >= KNOWN_WORDS && i < sizeof(words) / sizeof(words[0]))
			return "a method that is not implemented in this version";
		if (i == sizeof(words) / sizeof(words[0]) && !group)
			return "an unknown method";
		if (!belongs(w, enable))
			return "a method that this kind of list cannot have";
	}
	return group ? "group without a name" : count ? NULL : "no method";
}

/* aaa ... LIST METHODS: keeps the list when each of its methods is known. */
static int list(struct cmd_match *match, void *arg)
{
	char text[CMD_LINE_MAX + 1];
	const char *fault;

	if (!match->no) {
		strcpy(text, match->rest);
		fault = methods_fault(text, strstr(match->cmd->pattern,
						   " enable ") != NULL);
		if (fault)
			return cmd_fail(match, -EINVAL, "%% %s: %s", match->rest,
					fault);
	}
	return conf_keep(match, arg);
}

static int block(struct cmd_match *match, struct conf_parser *p,
		 enum conf_mode mode, const char *name)
{
	char header[CMD_LINE_MAX + 1];

	if (match->no) {
		conf_item_drop_block(p->conf, mode, name);
		return 0;
	}
	if (strlen(name) > CONF_NAME_MAX)
		return cmd_fail(match, -EINVAL,
				"%% a name has 1 to %d characters",
				CONF_NAME_MAX);
	cmd_text_of(match, 0, header, sizeof(header));
	return conf_item_block(p, mode, name, header) < 0 ?
		cmd_fail(match, -ENOMEM, "out of memory") : 0;
}

/* aaa group server {radius|tacacs+} NAME */
static int group(struct cmd_match *match, void *arg)
{
	return block(match, arg, match->args[0].number ?
		     CONF_MODE_GROUP_TACACS : CONF_MODE_GROUP_RADIUS,
		     match->args[1].word);
}

/* radius server NAME */
static int radius(struct cmd_match *match, void *arg)
{
	return block(match, arg, CONF_MODE_RADIUS, match->args[0].word);
}

/* tacacs server NAME */
static int tacacs(struct cmd_match *match, void *arg)
{
	return block(match, arg, CONF_MODE_TACACS, match->args[0].word);
}

static bool has_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* key [0|7] KEY: kept as type 7. */
static int key(struct cmd_match *match, void *arg)
{
	const char *typed = match->rest;
	char plain[CMD_LINE_MAX + 1], hex[2 * SECRET_MAX + 3];
	unsigned int type = 0;

	if (match->no)
		return conf_keep(match, arg);
	if (typed[0] >= '0' && typed[0] <= '9' && typed[1] == ' ') {
		type = (unsigned int)(typed[0] - '0');
		typed += 2 + strspn(typed + 2, " \t");
	}
	if (type != 0 && type != 7)
		return cmd_fail(match, -EOPNOTSUPP,
				"%% keys of type %u: not implemented in this version",
				type);
	strcpy(plain, typed);
	if (type == 7 && secret_decode(typed, plain, sizeof(plain)) < 0)
		return cmd_fail(match, -EINVAL, "%% Invalid encrypted password");
	if (!*plain || strlen(plain) > SECRET_MAX || has_controls(plain))
		return cmd_fail(match, -EINVAL,
				"%% a key has 1 to %d characters, none of them a control character",
				SECRET_MAX);
	secret_encode(plain, hex);
	explicit_bzero(plain, sizeof(plain));
	snprintf(match->rest, sizeof(match->rest), "7 %s", hex);
	return conf_keep(match, arg);
}

/* tls ca FILE, tls certificate FILE key FILE */
static int files(struct cmd_match *match, void *arg)
{
	for (size_t i = 0; i < match->nargs && !match->no; i++)
		if (match->args[i].word[0] != '/' ||
		    has_controls(match->args[i].word))
			return cmd_fail(match, -EINVAL,
					"%% a file is named by its absolute path");
	return conf_keep(match, arg);
}

#define LIST	(CMD_NO | CMD_NO_SHORT)
#define VALUE	(CMD_NO | CMD_NO_SHORT)

const struct cmd conf_aaa_commands[] = {
	{ "aaa new-model", CMD_NO, conf_keep,
	  "Enable the AAA access control model" },
	{ "aaa group server {radius|tacacs+} WORD", CMD_NO, group,
	  "Define a group of servers" },
	{ "aaa authentication login WORD LINE", LIST, list,
	  "Methods of a login list", 4 },
	{ "aaa authentication enable default LINE", LIST, list,
	  "Methods of enable", 4 },
	{ "aaa authentication attempts login <1-25>", VALUE | CMD_INERT, conf_keep,
	  "Attempts to log in" },
	{ "aaa authorization {exec|reverse-access} WORD LINE", LIST, list,
	  "Methods of authorization", 4 },
	{ "aaa authorization {network|configuration} WORD LINE",
	  LIST | CMD_INERT, list, "Methods of authorization", 4 },
	{ "aaa authorization commands <0-15> WORD LINE", LIST | CMD_INERT, list,
	  "Methods of command authorization", 5 },
	{ "aaa authorization console", CMD_NO | CMD_INERT, conf_keep,
	  "Authorize on the console, too" },
	{ "aaa accounting {exec|connection} WORD {start-stop|stop-only|none} [LINE]",
	  LIST, conf_keep, "Accounting", 4 },
	{ "aaa accounting system default {start-stop|none} [LINE]",
	  LIST, conf_keep, "Accounting of the switch itself", 4 },
	{ "aaa accounting network WORD {start-stop|stop-only|none} [LINE]",
	  LIST | CMD_INERT, conf_keep, "Accounting", 4 },
	{ "aaa accounting update newinfo", LIST, conf_keep,
	  "Update records when something new is known", 3 },
	{ "aaa accounting update periodic <1-71582788>", LIST, conf_keep,
	  "Update records at an interval (minutes)", 3 },
	{ "aaa accounting update newinfo periodic <1-71582788>", LIST,
	  conf_keep, "Both", 3 },
	{ "aaa accounting commands <0-15> WORD {start-stop|stop-only|none} [LINE]",
	  LIST | CMD_INERT, conf_keep, "Accounting of commands", 5 },
	{ "aaa local authentication attempts max-fail <1-65535>", VALUE,
	  conf_keep, "Failures that lock a user" },
	{ "aaa session-id {common|unique}", VALUE | CMD_INERT, conf_keep,
	  "Session identifiers of accounting" },
	{ "radius server WORD", CMD_NO, radius, "A RADIUS server" },
	{ "radius-server key LINE", VALUE | CMD_SECRET, key,
	  "Key shared with all RADIUS servers" },
	{ "radius-server timeout <1-1000>", VALUE, conf_keep,
	  "Seconds to wait for an answer" },
	{ "radius-server retransmit <0-100>", VALUE, conf_keep,
	  "Repetitions of a request" },
	{ "radius-server deadtime <0-1440>", VALUE, conf_keep,
	  "Minutes a dead server is not asked" },
	{ "radius-server LINE", CMD_NO, NULL, "Other RADIUS parameters" },
	{ "tacacs server WORD", CMD_NO, tacacs, "A TACACS+ server" },
	{ "tacacs-server key LINE", VALUE | CMD_SECRET, key,
	  "Key shared with all TACACS+ servers" },
	{ "tacacs-server timeout <1-1000>", VALUE, conf_keep,
	  "Seconds to wait for an answer" },
	{ "tacacs-server LINE", CMD_NO, NULL, "Other TACACS+ parameters" },
	{ "ip {radius|tacacs} LINE", CMD_NO, NULL,
	  "Of all servers; a server has its own source" },
	{ "aaa LINE", CMD_NO, NULL, "Other parts of AAA" },
	{ .more = conf_late_commands }
};

#define LEAVE \
	{ "end", 0, conf_cmd_end, "Exit from configure mode" }, \
	{ "exit", 0, conf_cmd_exit, "Exit from this mode" }

const struct cmd conf_group_radius_commands[] = {
	LEAVE,
	{ "server name WORD", CMD_NO | CMD_ORDERED, conf_keep,
	  "A member of the group" },
	{ "deadtime <0-1440>", VALUE, conf_keep,
	  "Minutes a dead server is not asked" },
	{ 0 }
};

const struct cmd conf_group_tacacs_commands[] = {
	LEAVE,
	{ "server name WORD", CMD_NO | CMD_ORDERED, conf_keep,
	  "A member of the group" },
	{ 0 }
};

/* IOS has trustpoints in place of the files. */
#define TLS \
	{ "tls ca WORD", VALUE, files, "File with the CA of the server" }, \
	{ "tls certificate WORD key WORD", VALUE, files, \
	  "Files with the certificate and key of this switch" }, \
	{ "tls match-server-identity hostname WORD", VALUE, conf_keep, \
	  "Name in the certificate of the server", 2 }, \
	{ "tls match-server-identity ip-address ADDRESS", VALUE, conf_keep, \
	  "Address in the certificate of the server", 2 }, \
	{ "tls port <1-65535>", VALUE, conf_keep, "Port of the server" }, \
	{ "tls LINE", CMD_NO, NULL, "Other parameters of TLS" }

const struct cmd conf_radius_commands[] = {
	LEAVE,
	{ "address {ipv4|ipv6} ADDRESS", VALUE, conf_keep,
	  "Address of the server", 1 },
	{ "address {ipv4|ipv6} ADDRESS auth-port <0-65535>", VALUE, conf_keep,
	  "Address of the server", 1 },
	{ "address {ipv4|ipv6} ADDRESS auth-port <0-65535> acct-port <0-65535>",
	  VALUE, conf_keep, "Address of the server", 1 },
	{ "key LINE", VALUE | CMD_SECRET, key, "Key shared with the server" },
	{ "message-authenticator {required|optional}", VALUE, conf_keep,
	  "Believe answers without the attribute, too", 1 },
	{ "retransmit <0-100>", VALUE, conf_keep, "Repetitions of a request" },
	{ "source ADDRESS", VALUE, conf_keep, "Our address towards the server" },
	{ "timeout <1-1000>", VALUE, conf_keep,
	  "Seconds to wait for an answer" },
	TLS,
	{ 0 }
};

const struct cmd conf_tacacs_commands[] = {
	LEAVE,
	{ "address {ipv4|ipv6} ADDRESS", VALUE, conf_keep,
	  "Address of the server", 1 },
	{ "authentication {ascii|pap}", VALUE, conf_keep,
	  "How passwords are sent", 1 },
	{ "key LINE", VALUE | CMD_SECRET, key, "Key shared with the server" },
	{ "port <1-65535>", VALUE, conf_keep, "Port of the server" },
	{ "source ADDRESS", VALUE, conf_keep, "Our address towards the server" },
	{ "single-connection", CMD_NO | CMD_INERT, conf_keep,
	  "One connection for all requests" },
	{ "timeout <1-1000>", VALUE, conf_keep,
	  "Seconds to wait for an answer" },
	TLS,
	{ 0 }
};
