// SPDX-License-Identifier: GPL-2.0-only
/* What is told of SSH while it happens, and which terminals hear it. */
#include "cli.h"

#include <errno.h>
#include <string.h>

#include "edit.h"
#include "json.h"

static const struct {
	const char *word, *name;
	uint32_t flag;
} kinds[] = {
	{ " ip ssh", "Incoming SSH", CTL_DEBUG_SSH },
	{ " ip scp", "Incoming SCP", CTL_DEBUG_SCP },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static void take_flags(const char *data, size_t size, void *arg)
{
	if (size == sizeof(uint32_t))
		memcpy(arg, data, size);
}

static int ask(struct cli *cli, struct cmd_match *match, bool on,
	       uint32_t flags, uint32_t *ret_now)
{
	struct ctl_result result;

	*ret_now = 0;
	return cli_ask(cli, on ? CTL_DEBUG : CTL_UNDEBUG, flags, NULL, 0,
		       take_flags, ret_now, match, &result);
}

/* "undebug ..." and "no debug ..." are the same. */
static bool turns_on(const struct cmd_match *match)
{
	return !match->no && *match->cmd->pattern == 'd';
}

static int debug_one(struct cmd_match *match, void *arg)
{
	bool on = turns_on(match);
	struct cli *cli = arg;
	uint32_t now;
	size_t i = 0;
	int r;

	while (!strstr(match->cmd->pattern, kinds[i].word))
		i++;
	r = ask(cli, match, on, kinds[i].flag, &now);
	if (r == 0)
		fprintf(cli->out, "%s debugging is %s\n", kinds[i].name,
			on ? "on" : "off");
	return r;
}

static bool agreed(const struct cli *cli)
{
	const char *answer;

	if (!cli->terminal)
		return true;
	answer = edit_line("This may severely impact network performance. "
			   "Continue? (yes/[no]): ", true, NULL);
	return answer && *answer && !strncmp(answer, "yes", strlen(answer));
}

static int debug_all(struct cmd_match *match, void *arg)
{
	bool on = turns_on(match);
	struct cli *cli = arg;
	uint32_t now;
	int r;

	if (on && !agreed(cli))
		return 0;
	r = ask(cli, match, on, CTL_DEBUG_ALL, &now);
	if (r == 0)
		fprintf(cli->out, "All possible debugging has been turned %s\n",
			on ? "on" : "off");
	return r;
}

/* Says nothing when nothing is on, as IOS does. */
int show_debugging(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	uint32_t now;
	int r = ask(cli, match, true, 0, &now);

	if (r < 0)
		return r;
	if (cli->json)
		json_open(&j, NULL, '{');
	else if (now)
		fprintf(cli->out, "SSH:\n");
	for (size_t i = 0; i < KINDS; i++) {
		if (cli->json)
			json_bool(&j, kinds[i].word + 1, now & kinds[i].flag);
		else if (now & kinds[i].flag)
			fprintf(cli->out, "  %s debugging is on\n",
				kinds[i].name);
	}
	if (cli->json)
		json_close(&j, '}');
	return 0;
}

static int terminal_monitor(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	bool on = !strstr(match->cmd->pattern, " no ");
	struct ctl_result result;
	int r = cli_ask(cli, CTL_MONITOR, on, NULL, 0, NULL, NULL, match,
			&result);

	if (r == 0)
		cli->monitoring = on;
	return r;
}

#define P	CMD_PRIVILEGED

/* There is "undebug" to offer. */
#define NO	(P | CMD_NO | CMD_NO_UNSAID)

const struct cmd cli_debug_commands[] = {
	{ "debug all", NO, debug_all, "Enable all debugging" },
	{ "debug ip ssh", NO, debug_one,
	  "Incoming ssh debugging" },
	{ "debug ip scp", NO, debug_one,
	  "Incoming SCP debugging" },
	{ "debug ip ssh client", NO, NULL,
	  "Outgoing ssh debugging" },
	{ "debug LINE", NO, NULL, "Debugging functions" },
	{ "undebug all", P, debug_all, "Disable all debugging" },
	{ "undebug ip ssh", P, debug_one, "Incoming ssh debugging" },
	{ "undebug ip scp", P, debug_one, "Incoming SCP debugging" },
	{ "undebug LINE", P, NULL, "Disable debugging functions" },
	{ "terminal monitor", P, terminal_monitor,
	  "Copy debug output to the current terminal line" },
	{ "terminal no monitor", P, terminal_monitor,
	  "No debug output on the current terminal line" },
	{ .more = cli_show_commands }
};
