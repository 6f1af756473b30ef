// SPDX-License-Identifier: GPL-2.0-only
/* The global mode: its table, the name of the switch, texts for users. */
#include "conf-cmd.h"

#include <errno.h>
#include <string.h>

/* A name of RFC 952, with dots for a domain, and as IOS has it underscores. */
static bool is_host_name(const char *name, bool dots)
{
	size_t label = 0;

	if (strlen(name) > (dots ? 253 : 63))
		return false;
	for (; *name; name++) {
		if (dots && *name == '.' && label && name[-1] != '-') {
			label = 0;
			continue;
		}
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-_", *name) || (*name == '-' && !label) ||
		    ++label > 63)
			return false;
	}
	return label && name[-1] != '-';
}

static int hostname(struct cmd_match *match, void *arg)
{
	if (!match->no && !is_host_name(match->args[0].word, false))
		return cmd_fail(match, -EINVAL,
				"%% Hostname contains one or more illegal characters.");
	return conf_keep(match, arg);
}

static int domain_name(struct cmd_match *match, void *arg)
{
	if (!match->no && !is_host_name(match->args[0].word, true))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not a domain name",
				match->args[0].word);
	return conf_keep(match, arg);
}

/* As newer versions of IOS have it; kept and printed as the older one. */
static int domain_name_of_old(struct cmd_match *match, void *arg)
{
	char line[CMD_LINE_MAX + 1];
	struct cmd_match old;
	int r;

	snprintf(line, sizeof(line), "%sip domain-name %s",
		 match->no ? "no " : "",
		 match->nargs ? match->args[0].word : "");
	r = cmd_match(conf_system_commands, line, &old);
	if (r == 0)
		r = domain_name(&old, arg);
	return r < 0 ? cmd_fail(match, r, "%s", old.error) : 0;
}

/* Becomes a property of units: plain characters, so that it needs no quotes. */
static int scp_root(struct cmd_match *match, void *arg)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
	const char *path = match->args[0].word;

	if (!match->no && (*path != '/' || strspn(path, good) != strlen(path) ||
			   strstr(path, "/..")))
		return cmd_fail(match, -EINVAL,
				"%% not an absolute path of letters, digits, '.', '_' and '-'");
	return conf_keep(match, arg);
}

/* What IOS writes and needs nothing of us. */
static int ignore(struct cmd_match *match, void *arg)
{
	(void)match;
	(void)arg;
	return 0;
}

const struct cmd conf_global_commands[] = {
	{ "end", 0, conf_cmd_end, "Exit from configure mode" },
	{ "exit", 0, conf_cmd_exit, "Exit from configure mode" },
	{ "line <0-4095>", 0, conf_line_line, "Configure a terminal line" },
	{ "line <0-4095> <0-4095>", 0, conf_line_line,
	  "Configure terminal lines" },
	{ "line tty <1-4095>", 0, conf_line_line, "Configure a terminal line" },
	{ "line tty <1-4095> <1-4095>", 0, conf_line_line,
	  "Configure terminal lines" },
	{ "line console <0-0>", 0, conf_line_line, "Primary terminal line" },
	{ "line vty <0-4094>", 0, conf_line_line, "Virtual terminal" },
	{ "line vty <0-4094> <0-4094>", 0, conf_line_line,
	  "Virtual terminals" },
	{ "line aux [LINE]", CMD_NO, NULL, "Auxiliary line" },
	{ .more = conf_system_commands }
};

const struct cmd conf_system_commands[] = {
	{ "version LINE", CMD_HIDDEN, ignore, "Version that wrote this" },
	{ "service [LINE]", CMD_NO | CMD_INERT | CMD_ORDERED, conf_keep,
	  "Modify use of network based services" },
	{ "hostname WORD", CMD_NO | CMD_NO_SHORT, hostname,
	  "Set system's network name" },
	{ "file prompt quiet", CMD_NO, conf_keep,
	  "Do not ask for file names" },
	{ "ip domain-name WORD", CMD_NO | CMD_NO_SHORT, domain_name,
	  "Define the default domain name" },
	{ "ip domain name WORD", CMD_NO | CMD_NO_SHORT | CMD_HIDDEN,
	  domain_name_of_old, "Define the default domain name" },
	{ "ip scp server enable", CMD_NO, conf_keep,
	  "Allow copying with SCP and SFTP" },
	{ "ip scp server root WORD", CMD_NO | CMD_NO_SHORT, scp_root,
	  "The one directory that copies are written to" },
	{ "vty reserve <0-4094>", CMD_NO | CMD_NO_SHORT, conf_keep,
	  "Virtual terminals kept for privilege 15" },
	{ "archive [LINE]", CMD_NO, NULL, "Archive the configuration" },
	{ "crypto LINE", CMD_NO, NULL, "Encryption module" },
	{ .more = conf_user_commands }
};

const struct cmd conf_late_commands[] = {
	{ "banner login LINE", CMD_NO | CMD_NO_SHORT | CMD_TEXT, conf_keep,
	  "Define the text before a login" },
	{ "banner {exec|incoming|motd} LINE", CMD_NO | CMD_NO_SHORT | CMD_TEXT,
	  conf_keep, "Define a text for users", 2 },
	{ "logging LINE", CMD_NO | CMD_INERT | CMD_ORDERED, conf_keep,
	  "Modify message logging facilities" },
	{ .more = conf_acl_commands }
};
