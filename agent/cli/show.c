// SPDX-License-Identifier: GPL-2.0-only
/* The table of "show", and what shows texts of the daemon. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "json.h"
#include "redact.h"

static void append(const char *data, size_t size, void *arg)
{
	fwrite(data, 1, size, arg);
}

/* Which request each command is, and the name of the lines in JSON. */
static const struct {
	const char *pattern, *key;
	enum ctl_type type;
} texts[] = {
	{ "show running-config", "running_config", CTL_RUNNING },
	{ "write terminal", "running_config", CTL_RUNNING },
	{ "show startup-config", "startup_config", CTL_STARTUP },
	{ "show configuration", "startup_config", CTL_STARTUP },
	{ "show archive", "differences", CTL_DIFF },
	{ "show logging", "log", CTL_LOGGING },
};

static size_t which(const struct cmd *cmd)
{
	size_t i = 0;

	while (strncmp(cmd->pattern, texts[i].pattern,
		       strlen(texts[i].pattern)))
		i++;
	return i;
}

static void print_heading(struct cli *cli, enum ctl_type type, size_t size)
{
	if (type == CTL_STARTUP)
		fprintf(cli->out, "Using %zu out of %u bytes\n", size,
			CONF_SIZE_MAX);
	if (type == CTL_LOGGING)
		fprintf(cli->out, "Syslog logging: enabled\n"
			"    Monitor logging: %s\n"
			"    Buffer logging: last 512 messages\n\nLog Buffer:\n\n",
			cli->monitoring ? "enabled" : "disabled");
}

int show_text(struct cmd_match *match, void *arg)
{
	size_t i = which(match->cmd), size = 0;
	char *text _cleanup_free_ = NULL;
	FILE *file = open_memstream(&text, &size);
	struct ctl_result result;
	struct cli *cli = arg;
	uint32_t number = match->nargs ?
		(uint32_t)match->args[match->nargs - 1].number + 1 :
		strstr(match->cmd->pattern, " all") ? CTL_RUNNING_ALL : 0;
	int r;

	if (!file)
		return -errno;
	r = cli_ask(cli, texts[i].type, number, NULL, 0, append, file, match,
		    &result);
	fclose(file);
	if (r == -ENOENT && texts[i].type != CTL_RUNNING) {
		/* Who compares it with the other configuration goes on. */
		fprintf(cli->out, "startup-config is not present\n");
		cli->failed++;
		return 0;
	}
	if (r < 0)
		return r;
	if (cli->json) {
		struct json j = { .file = cli->out };

		json_open(&j, NULL, '{');
		json_lines(&j, texts[i].key, text);
		json_close(&j, '}');
		return 0;
	}
	print_heading(cli, texts[i].type, size);
	fwrite(text, 1, size, cli->out);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct cmd_match *match, void *arg);
} parts[] = {
	{ "show version", show_version }, { "show clock", show_clock },
	{ "show running-config", show_text }, { "show line", show_line },
	{ "show ip ssh", show_ip_ssh }, { "show ssh", show_ssh },
	{ "show users", show_users }, { "show logging", show_text },
};

/* Whoever gets a report need not know what users and servers know. */
static int remove_secrets(char **text)
{
	char line[2 * CMD_LINE_MAX];
	size_t size;
	char *safe = NULL, *at = *text;
	FILE *file = open_memstream(&safe, &size);

	if (!file)
		return -errno;
	while (*at) {
		char *end = strchrnul(at, '\n');
		bool more = *end != '\0';

		*end = '\0';
		redact_line(at, line, sizeof(line));
		fprintf(file, "%s\n", line);
		at = end + more;
	}
	if (fclose(file)) {
		free(safe);
		return -ENOMEM;
	}
	free(*text);
	*text = safe;
	return 0;
}

/* Each part as its own command would print it, but for secrets. */
int show_tech_support(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct cmd_match part;
	struct json j = { .file = cli->out };

	(void)match;
	if (cli->json)
		json_open(&j, NULL, '{');
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *text _cleanup_free_ = NULL;
		FILE *whole = cli->out;
		bool json = cli->json;
		size_t size = 0;

		cmd_match(cli_show_commands, parts[i].name, &part);
		cli->out = open_memstream(&text, &size);
		if (!cli->out) {
			cli->out = whole;
			return -ENOMEM;
		}
		cli->json = false;
		if (parts[i].run(&part, cli) < 0)
			fprintf(cli->out, "%s\n", part.error);
		cli->json = json;
		fclose(cli->out);
		cli->out = whole;
		if (!text || remove_secrets(&text) < 0)
			return -ENOMEM;
		if (json)
			json_lines(&j, parts[i].name, text);
		else
			fprintf(cli->out,
				"\n------------------ %s ------------------\n\n%s",
				parts[i].name, text);
	}
	if (cli->json)
		json_close(&j, '}');
	return 0;
}

#define P	CMD_PRIVILEGED

const struct cmd cli_show_commands[] = {
	{ "show access-lists", 0, show_access_lists, "List access lists" },
	{ "show access-lists WORD", 0, show_access_lists, "Name of the list" },
	{ "show archive config differences", P, show_text,
	  "Difference of startup and running configuration" },
	{ "show clock", 0, show_clock, "Display the system clock" },
	{ "show configuration", P, show_text,
	  "Contents of Non-Volatile memory" },
	{ "show history", 0, show_history,
	  "Display the session command history" },
	{ "show ip access-lists", 0, show_access_lists,
	  "List IP access lists" },
	{ "show ip access-lists WORD", 0, show_access_lists,
	  "Name of the list" },
	{ "show ipv6 access-list", 0, show_access_lists,
	  "List IPv6 access lists" },
	{ "show ipv6 access-list WORD", 0, show_access_lists,
	  "Name of the list" },
	{ "show ip ssh", 0, show_ip_ssh, "Information on SSH" },
	{ "show line", 0, show_line, "TTY line information" },
	{ "show line <0-4095>", 0, show_line_one, "Line number" },
	{ "show line summary", 0, show_line_summary, "Line status summary" },
	{ "show logging", P, show_text,
	  "Show the contents of logging buffers" },
	{ "show privilege", 0, show_privilege,
	  "Show current privilege level" },
	{ "show running-config", P, show_text,
	  "Current operating configuration" },
	{ "show running-config all", P, show_text,
	  "Configuration with defaults of lines" },
	{ "show running-config line <0-4095>", P, show_text, "Line number" },
	{ "show sessions", 0, show_sessions,
	  "Information about connections" },
	{ "show ssh", 0, show_ssh, "Status of SSH server connections" },
	{ "show startup-config", P, show_text,
	  "Contents of startup configuration" },
	{ "show tech-support", P, show_tech_support,
	  "Show system information for Tech-Support" },
	{ "show terminal", 0, show_terminal,
	  "Display terminal configuration parameters" },
	{ "show users", 0, show_users,
	  "Display information about terminal lines" },
	{ "show version", 0, show_version,
	  "System hardware and software status" },
	{ "show crypto key mypubkey {all|rsa|ec|ed25519}", 0, show_crypto_keys,
	  "Show public keys associated with this switch" },
	{ "show debugging", P, show_debugging,
	  "State of each debugging option" },
	{ 0 }
};
