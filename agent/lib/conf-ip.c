// SPDX-License-Identifier: GPL-2.0-only
/* The commands that begin with "ip". */
#include "conf-cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ip ssh listen [ADDRESS] port P */
static int ip_listen(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;
	struct conf_listen wanted = { 0 };
	size_t i;

	wanted.port = (uint16_t)match->args[match->nargs - 1].number;
	if (match->nargs == 2)
		snprintf(wanted.address, sizeof(wanted.address), "%.*s",
			 LISTEN_ADDRESS_MAX, match->args[0].word);

	for (i = 0; i < conf->listen_count; i++)
		if (conf->listens[i].port == wanted.port &&
		    !strcmp(conf->listens[i].address, wanted.address))
			break;

	if (match->no) {
		if (i == conf->listen_count)
			return cmd_fail(match, -ENOENT,
					"nothing listens there");
		conf->listen_count--;
		memmove(&conf->listens[i], &conf->listens[i + 1],
			(conf->listen_count - i) * sizeof(wanted));
		return 0;
	}
	if (i < conf->listen_count)
		return 0;
	if (i == CONF_LISTENS_MAX)
		return cmd_fail(match, -ENOSPC, "over %d listeners",
				CONF_LISTENS_MAX);
	conf->listens[conf->listen_count++] = wanted;
	return 0;
}

static int ip_timeout(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;

	conf->timeout = match->no ? CONF_TIMEOUT_DEFAULT :
		(unsigned int)match->args[0].number;
	return 0;
}

static int ip_retries(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;

	conf->retries = match->no ? CONF_RETRIES_DEFAULT :
		(unsigned int)match->args[0].number;
	return 0;
}

/* Version 2 is all there is, so there is nothing to keep. */
static int ip_version(struct cmd_match *match, void *arg)
{
	(void)arg;
	if (!match->no && match->args[0].number == 1)
		return cmd_fail(match, -EOPNOTSUPP,
				"SSH version 1 is not secure and not supported");
	return 0;
}

const struct cmd conf_ip_commands[] = {
	{ "ip ssh authentication-retries <0-5>", CMD_NO | CMD_NO_SHORT,
	  ip_retries, "Attempts after the first of a connection" },
	{ "ip ssh listen port <1-65535>", CMD_NO, ip_listen,
	  "Listen for SSH on all addresses" },
	{ "ip ssh listen ADDRESS port <1-65535>", CMD_NO, ip_listen,
	  "Listen for SSH on one address" },
	{ "ip ssh time-out <0-120>", CMD_NO | CMD_NO_SHORT, ip_timeout,
	  "Seconds for negotiation and login" },
	{ "ip ssh version <1-2>", CMD_NO | CMD_NO_SHORT, ip_version,
	  "Protocol version" },
	{ "ip ssh {break-string|bulk-mode|client|dscp|logging|port|"
	  "precedence|rekey|source-interface|window-size} [LINE]", CMD_NO,
	  NULL, "SSH server parameters" },
	{ .more = conf_ssh_commands }
};
