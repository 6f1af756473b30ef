// SPDX-License-Identifier: GPL-2.0-only
/* Commands of lines: time-outs, and what the daemon keeps of a line. */
#include "conf-policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MINUTE	60UL

/* Minutes and perhaps seconds as seconds; "no" is never. */
static int make_timeout(struct cmd_match *match, const struct conf_parser *p,
			unsigned int line, const char *old,
			char value[CONF_VALUE_MAX])
{
	unsigned long seconds = 0;

	(void)p;
	(void)line;
	(void)old;
	if (match->by_default && !strncmp(match->cmd->pattern, "exec", 4))
		seconds = 10 * MINUTE;
	else if (!match->no)
		seconds = match->args[0].number * MINUTE +
			(match->nargs > 1 ? match->args[1].number : 0);
	if (seconds > 2147483647)
		return cmd_fail(match, -ERANGE, "%% that is over 68 years");
	snprintf(value, CONF_VALUE_MAX, "%lu", seconds);
	return 0;
}

static int exec_timeout(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, "exec_timeout", make_timeout);
}

static int session_timeout(struct cmd_match *match, void *arg)
{
	int r = conf_set_lines(match, arg, "session_timeout", make_timeout);

	return r < 0 ? r : conf_line_no_output(match, arg);
}

static int session_output(struct cmd_match *match, void *arg)
{
	int r = conf_set_lines(match, arg, "session_timeout", make_timeout);

	return r < 0 ? r : conf_line_output(match, arg);
}

static int absolute_timeout(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, "absolute_timeout", make_timeout);
}

static int make_history(struct cmd_match *match, const struct conf_parser *p,
			unsigned int line, const char *old,
			char value[CONF_VALUE_MAX])
{
	(void)p;
	(void)line;
	(void)old;
	snprintf(value, CONF_VALUE_MAX, "%s", match->no ?
		 conf_attribute_default("history", false) :
		 match->args[0].word);
	return 0;
}

static int history_buffer(struct cmd_match *match, void *arg)
{
	return conf_set_lines(match, arg, "history", make_history);
}

/* Logins are a matter of lists on every line, and a line has no password. */
static int login_of_line(struct cmd_match *match, void *arg)
{
	(void)arg;
	if (strstr(match->cmd->pattern, "local"))
		return cmd_fail(match, -EOPNOTSUPP,
				"%% logins go by lists here: aaa authentication login NAME local, "
				"then login authentication NAME");
	return cmd_fail(match, -EOPNOTSUPP,
			"%% lines have no password here: login authentication NAME "
			"names a list of methods");
}

#define VALUE	(CMD_NO | CMD_NO_SHORT)

const struct cmd conf_line_more_commands[] = {
	{ "absolute-timeout <0-35791394>", VALUE, absolute_timeout,
	  "Set absolute timeout for line disconnection (minutes)" },
	{ "absolute-timeout <0-35791394> <0-59>", VALUE, absolute_timeout,
	  "... (minutes, seconds)" },
	{ "exec-timeout <0-35791394>", VALUE, exec_timeout,
	  "Set the EXEC timeout (minutes)" },
	{ "exec-timeout <0-35791394> <0-2147483>", VALUE, exec_timeout,
	  "Set the EXEC timeout (minutes, seconds)" },
	{ "session-timeout <0-35791394>", VALUE, session_timeout,
	  "Set interval for closing connection when there is no input" },
	{ "session-timeout <0-35791394> <0-59>", VALUE, session_timeout,
	  "... (minutes, seconds)" },
	{ "session-timeout <0-35791394> output", 0, session_output,
	  "Set interval for closing connection when there is no traffic" },
	{ "session-timeout <0-35791394> <0-59> output", 0, session_output,
	  "... (minutes, seconds)" },
	{ "session-timeout output", CMD_NO | CMD_HIDDEN, conf_line_output,
	  "Output counts, too" },
	{ "history buffer <0-1048576>", VALUE, history_buffer,
	  "Bytes received from the device to keep" },
	{ "history size <0-256>", VALUE, conf_keep,
	  "Set history buffer size (commands)" },

	{ "allow {user|group} WORD", VALUE | CMD_ORDERED, conf_line_list,
	  "Who may attach to the line" },
	{ "autohangup", CMD_NO | CMD_INERT, conf_keep,
	  "End the EXEC when its last connection closes" },
	{ "autohangup session-timeout", CMD_NO | CMD_INERT, conf_keep,
	  "... when that timed out" },
	{ "device-wait <0-86400>", VALUE, conf_keep,
	  "Seconds a session waits for a lost device, 0 for ever" },
	{ "replay", CMD_NO, conf_keep,
	  "Begin sessions with the history of the line" },
	{ "watch {user|group} WORD", VALUE | CMD_ORDERED, conf_line_list,
	  "Who may watch the line" },

	{ "accounting {exec|connection} WORD", VALUE, conf_line_aaa,
	  "Accounting list of this line", 2 },
	{ "accounting commands <0-15> WORD", VALUE | CMD_INERT, conf_keep,
	  "Accounting list of commands", 3 },
	{ "authorization {exec|reverse-access} WORD", VALUE, conf_line_aaa,
	  "Authorization list of this line", 2 },
	{ "authorization commands <0-15> WORD", VALUE | CMD_INERT, conf_keep,
	  "Authorization list of commands", 3 },
	{ "length <0-512>", VALUE, conf_keep,
	  "Set number of lines on a screen" },
	{ "location LINE", VALUE, conf_keep, "Enter terminal location" },
	{ "logging synchronous", CMD_NO | CMD_INERT, conf_keep,
	  "Synchronized message output" },
	{ "logout-warning <1-3600>", VALUE, conf_keep,
	  "Set warning countdown for absolute timeout (seconds)" },
	{ "privilege level <0-15>", VALUE, conf_keep,
	  "Assign default privilege level for line" },
	{ "exec-banner", CMD_NO, conf_line_switch,
	  "Show the banner of an EXEC and the message of the day" },
	{ "motd-banner", CMD_NO, conf_line_switch,
	  "Show the message of the day" },
	{ "refuse-message LINE", VALUE | CMD_TEXT, conf_keep,
	  "Define a refuse banner" },
	{ "timeout login response <1-300>", VALUE | CMD_INERT, conf_keep,
	  "Timeout for any user input during login sequences" },
	{ "transport output {all|none|ssh|telnet} [LINE]", VALUE | CMD_INERT,
	  conf_keep, "Define which protocols to use for outgoing connections" },
	{ "transport preferred {none|ssh|telnet}", VALUE | CMD_INERT,
	  conf_keep, "Specify the preferred protocol to use" },
	{ "width <0-512>", VALUE, conf_keep,
	  "Set width of the display terminal" },

	{ "activation-character [LINE]", CMD_NO, NULL, "Wakes the line" },
	{ "escape-character [LINE]", CMD_NO, NULL, "Leads a suspend" },
	{ "flowcontrol {software|hardware} {in|lock|out} [LINE]", CMD_NO, NULL,
	  "Flow control of one direction" },
	{ "login", CMD_NO, login_of_line, "Enable password checking" },
	{ "login local", CMD_NO, login_of_line, "Local password checking" },
	{ "modem {answer-timeout|autoconfigure|busyout|callin|callout|cts-alarm|"
	  "dialin|dtr-delay|host|poll|printer|ri-is-cd|shutdown} [LINE]",
	  CMD_NO, NULL, "Other uses of modem signals" },
	{ "password LINE", CMD_NO | CMD_NO_SHORT | CMD_SECRET, login_of_line,
	  "Set a password" },
	{ "rotary <1-127> LINE", CMD_NO, NULL, "Queued rotary" },
	{ "transport input {acercon|lapb-ta|lat|mop|nasi|pad|rlogin|udptn|v120}"
	  " [LINE]", CMD_NO, NULL, "Other protocols" },
	{ "vacant-message LINE", VALUE | CMD_TEXT, NULL,
	  "Define a vacant banner" },
	{ 0 }
};
