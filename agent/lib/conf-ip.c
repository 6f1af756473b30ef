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
	if (match->nargs == 2 &&
	    listen_canonical(match->args[0].word, wanted.address) < 0)
		return cmd_fail(match, -EINVAL, "%% %s is no address",
				match->args[0].word);

	for (i = 0; i < conf->listen_count; i++)
		if (conf->listens[i].port == wanted.port &&
		    !strcmp(conf->listens[i].address, wanted.address))
			break;

	if (match->no) {
		if (i == conf->listen_count)
			return cmd_fail(match, -ENOENT,
					"nothing listens there");
		/* Without a listener there is that of the default port. */
		if (conf->listen_count == 1 &&
		    conf_port_rotary(conf, CONF_PORT_DEFAULT))
			return cmd_fail(match, -EBUSY,
					"%% then it is port %d, that of rotary group %u",
					CONF_PORT_DEFAULT,
					conf_port_rotary(conf,
							 CONF_PORT_DEFAULT));
		conf->listen_count--;
		memmove(&conf->listens[i], &conf->listens[i + 1],
			(conf->listen_count - i) * sizeof(wanted));
		return 0;
	}
	if (i < conf->listen_count)
		return 0;
	if (conf_port_rotary(conf, wanted.port))
		return cmd_fail(match, -EBUSY,
				"%% port %u is that of rotary group %u",
				wanted.port,
				conf_port_rotary(conf, wanted.port));
	if (i == CONF_LISTENS_MAX)
		return cmd_fail(match, -ENOSPC, "over %d listeners",
				CONF_LISTENS_MAX);
	conf->listens[conf->listen_count++] = wanted;
	return 0;
}

unsigned int conf_port_rotary(const struct conf *conf, uint16_t port)
{
	for (size_t i = 0; i < conf->rotary_count; i++) {
		const struct conf_rotary *r = &conf->rotaries[i];

		if (port >= r->port && port - r->port <= r->high - r->low)
			return (unsigned int)(r->low + port - r->port);
	}
	return 0;
}

/* Return: a port of @r that is in use already, 0 for none. */
static unsigned int taken_port(const struct conf *conf,
			       const struct conf_rotary *r)
{
	unsigned int last = r->port + r->high - r->low;

	for (unsigned int port = r->port; port <= last; port++) {
		if (conf_port_rotary(conf, (uint16_t)port))
			return port;
		for (size_t i = 0; i < conf->listen_count; i++)
			if (conf->listens[i].port == port)
				return port;
		if (!conf->listen_count && port == CONF_PORT_DEFAULT)
			return port;
	}
	return 0;
}

static size_t count_ports(const struct conf *conf, const struct conf_rotary *r)
{
	size_t count = (size_t)(r->high - r->low) + 1;

	for (size_t i = 0; i < conf->rotary_count; i++) {
		r = &conf->rotaries[i];
		count += (size_t)(r->high - r->low) + 1;
	}
	return count;
}

/* ip ssh port P rotary LOW [HIGH] */
static int ip_port(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;
	struct conf_rotary wanted = {
		.port = (uint16_t)match->args[0].number,
		.low = (uint8_t)match->args[1].number,
		.high = (uint8_t)match->args[match->nargs - 1].number,
	};
	unsigned int taken;
	size_t i = 0;

	while (i < conf->rotary_count &&
	       memcmp(&conf->rotaries[i], &wanted, sizeof(wanted)))
		i++;
	if (match->no) {
		if (i == conf->rotary_count)
			return cmd_fail(match, -ENOENT, "no such ports");
		conf->rotary_count--;
		memmove(&conf->rotaries[i], &conf->rotaries[i + 1],
			(conf->rotary_count - i) * sizeof(wanted));
		return 0;
	}
	if (i < conf->rotary_count)
		return 0;
	if (wanted.high < wanted.low)
		return cmd_fail(match, -EINVAL,
				"%% the last group, %u, comes before the first, %u",
				wanted.high, wanted.low);
	taken = taken_port(conf, &wanted);
	if (taken)
		return cmd_fail(match, -EBUSY, "%% port %u is in use already",
				taken);
	if (i == CONF_ROTARIES_MAX ||
	    count_ports(conf, &wanted) > CONF_ROTARY_PORTS_MAX)
		return cmd_fail(match, -ENOSPC,
				"over %d ranges or %d ports of rotary groups",
				CONF_ROTARIES_MAX, CONF_ROTARY_PORTS_MAX);
	conf->rotaries[conf->rotary_count++] = wanted;
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

/* Version 2 is all there is; kept, as who configures it looks for it. */
static int ip_version(struct cmd_match *match, void *arg)
{
	if (!match->no && match->args[0].number == 1)
		return cmd_fail(match, -EOPNOTSUPP,
				"version 1 of SSH is not secure and not supported");
	return conf_keep(match, arg);
}

const struct cmd conf_ip_commands[] = {
	{ "ip ssh authentication-retries <0-5>", CMD_NO | CMD_NO_SHORT,
	  ip_retries, "Attempts after the first of a connection" },
	{ "ip ssh listen port <1-65535>", CMD_NO, ip_listen,
	  "Listen for SSH on all addresses" },
	{ "ip ssh listen ADDRESS port <1-65535>", CMD_NO, ip_listen,
	  "Listen for SSH on one address" },
	{ "ip ssh port <2000-10000> rotary <1-127>", CMD_NO, ip_port,
	  "Another port, for a rotary group" },
	{ "ip ssh port <2000-10000> rotary <1-127> <1-127>", CMD_NO, ip_port,
	  "More ports, one for each rotary group" },
	{ "ip ssh time-out <0-120>", CMD_NO | CMD_NO_SHORT, ip_timeout,
	  "Seconds for negotiation and login" },
	{ "ip ssh version <1-2>", CMD_NO | CMD_NO_SHORT, ip_version,
	  "Protocol version" },
	{ "ip ssh source-interface LINE", CMD_NO | CMD_NO_SHORT | CMD_INERT,
	  conf_keep, "Interface of the address of SSH connections from here" },
	{ "ip ssh {break-string|bulk-mode|client|dscp|logging|"
	  "precedence|rekey|window-size} [LINE]", CMD_NO,
	  NULL, "SSH server parameters" },
	{ .more = conf_ssh_commands }
};
