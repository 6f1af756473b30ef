// SPDX-License-Identifier: GPL-2.0-only
/* Who is there: show users, sessions, ssh, ip ssh. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "json.h"
#include "line.h"
#include "path.h"
#include "proto.h"
#include "show-crypto.h"

#define SESSIONS_MAX	1024

/* CTL_TEXT as an array of sessions. */
struct sessions {
	struct ctl_session *all;	/* owned */
	size_t count;
};

static void take_session(const char *data, size_t size, void *arg)
{
	struct sessions *s = arg;
	struct ctl_session *one;

	if (size != sizeof(*one) || s->count == SESSIONS_MAX)
		return;
	one = realloc(s->all, (s->count + 1) * sizeof(*one));
	if (!one)
		return;
	s->all = one;
	one = &s->all[s->count++];
	memcpy(one, data, sizeof(*one));
	one->user[CTL_USER_MAX] = '\0';
	one->peer[CTL_PEER_MAX] = '\0';
	for (size_t i = 0; i < 2; i++) {
		one->cipher[i][sizeof(one->cipher[i]) - 1] = '\0';
		one->hmac[i][sizeof(one->hmac[i]) - 1] = '\0';
	}
	/* The port is for logs. */
	one->peer[strcspn(one->peer, " ")] = '\0';
}

static int get_sessions(struct cli *cli, struct sessions *s,
			struct cmd_match *match)
{
	struct ctl_result result;

	*s = (struct sessions){ 0 };
	return cli_ask(cli, CTL_SESSIONS, 0, NULL, 0, take_session, s, match,
		       &result);
}

/* How long nobody has typed on a line, from the access time of its device. */
static void idle_time(unsigned int line, char text[64])
{
	char path[4096];
	struct stat st;
	long idle = 0;

	snprintf(path, sizeof(path), "%s/" VTYMUX_LINE_PREFIX "%u", path_dev(),
		 line);
	if (line && stat(path, &st) == 0)
		idle = (long)(time(NULL) - st.st_atime);
	if (idle < 0)
		idle = 0;
	if (idle >= 100 * 3600)
		snprintf(text, 64, "%ldd%02ldh", idle / 86400,
			 idle / 3600 % 24);
	else
		snprintf(text, 64, "%02ld:%02ld:%02ld", idle / 3600,
			 idle / 60 % 60, idle % 60);
}

struct users {
	struct cli *cli;
	struct json json;
	struct sessions sessions;
	unsigned int tty;
};

static void print_user(struct users *u, unsigned int line, const char *type,
		       unsigned int relative, const char *user,
		       const char *hosts, const char *peer)
{
	bool mine = line == u->cli->who.line;
	struct json *j = &u->json;
	char idle[64], number[16];

	idle_time(line, idle);
	if (u->cli->json) {
		json_open(j, NULL, '{');
		json_number(j, "line", line);
		json_string(j, "type", type);
		json_number(j, "relative", relative);
		json_string(j, "user", user);
		json_string(j, "hosts", hosts);
		json_string(j, "idle", idle);
		json_string(j, "location", peer);
		json_bool(j, "mine", mine);
		json_close(j, '}');
		return;
	}
	snprintf(number, sizeof(number), "%u", relative);
	fprintf(u->cli->out, "%c%3u %-3s %-5s %-10s %-20s %8s %s\n",
		mine ? '*' : ' ', line, type, number, user, hosts, idle, peer);
}

/* Of a session that has logged in, "" of others. */
static const char *session_user(const struct users *u, unsigned long id)
{
	for (size_t i = 0; i < u->sessions.count; i++)
		if (u->sessions.all[i].id == id)
			return u->sessions.all[i].user;
	return "";
}

/*
 * The owner's label is "SESSION:USER@PEER". That of a virtual line was written
 * before the login.
 */
static int list_user(const struct line *l, void *arg)
{
	char user[VTYMUX_OWNER_MAX + 1] = "", *peer = (char *)"";
	const char *colon = strchr(l->owner, ':'), *known;
	struct users *u = arg;

	if (l->state != VTYMUX_STATE_ACTIVE && l->state != VTYMUX_STATE_CLAIMED)
		return 0;
	if (colon)
		snprintf(user, sizeof(user), "%s", colon + 1);
	if (strrchr(user, '@')) {
		peer = strrchr(user, '@');
		*peer++ = '\0';
	}
	known = session_user(u, strtoul(l->owner, NULL, 10));
	print_user(u, l->number, l->is_virtual ? "vty" : "tty",
		   l->is_virtual ? l->number - u->tty - 1 : l->number,
		   *known ? known : user,
		   l->is_virtual ? "idle" : "incoming", peer);
	return 0;
}

int show_users(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct users u = {
		.cli = cli, .json.file = cli->out,
		.tty = conf_lines_last_tty(&conf_lines_sysfs),
	};
	int r = get_sessions(cli, &u.sessions, match);

	if (r < 0)
		return r;
	if (cli->json)
		json_open(&u.json, NULL, '[');
	else
		fprintf(cli->out, "    Line       User       "
			"Host(s)              Idle       Location\n");
	if (!cli->who.line)
		print_user(&u, 0, "con", 0, cli->who.user, "idle", "");
	line_for_each(list_user, &u);
	free(u.sessions.all);
	if (cli->json)
		json_close(&u.json, ']');
	else
		fprintf(cli->out, "\n  Interface    User               "
			"Mode         Idle     Peer Address\n\n");
	return 0;
}

/* Connections that this session opened; the client is not there yet. */
int show_sessions(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;

	(void)match;
	fprintf(cli->out, cli->json ? "[]\n" : "%% No connections open\n");
	return 0;
}

static const char *state_text(uint32_t state)
{
	return state == 1 ? "VersionOk" : state == 2 ? "Authenticated" :
		"Session started";
}

static void json_session(struct json *j, const struct ctl_session *s)
{
	json_open(j, NULL, '{');
	json_number(j, "connection", s->connection);
	json_number(j, "id", s->id);
	json_string(j, "state", state_text(s->state));
	json_string(j, "user", s->user);
	json_string(j, "peer", s->peer);
	json_number(j, "line", s->line);
	json_number(j, "start", s->start);
	json_string(j, "cipher_in", s->cipher[0]);
	json_string(j, "cipher_out", s->cipher[1]);
	json_string(j, "hmac_in", s->hmac[0]);
	json_string(j, "hmac_out", s->hmac[1]);
	json_close(j, '}');
}

static void print_session(FILE *out, const struct ctl_session *s)
{
	static const char *const modes[] = { "IN", "OUT" };
	char number[16];

	snprintf(number, sizeof(number), "%u", s->connection);
	for (size_t i = 0; i < 2; i++)
		fprintf(out, "%-10s %-7s %-4s %-11s %-12s %-21s %s\n", number,
			"2.0", modes[i], *s->cipher[i] ? s->cipher[i] : "-",
			*s->hmac[i] ? s->hmac[i] : "-", state_text(s->state),
			s->user);
}

static void take_ssh(const char *data, size_t size, void *arg)
{
	if (size == sizeof(struct ctl_ssh))
		memcpy(arg, data, size);
}

static int get_ssh(struct cli *cli, struct ctl_ssh *ssh,
		   struct cmd_match *match)
{
	struct ctl_result result;

	*ssh = (struct ctl_ssh){ 0 };
	return cli_ask(cli, CTL_SSH, 0, NULL, 0, take_ssh, ssh, match, &result);
}

/* The words for no session depend on whether there could be one. */
static void print_no_sessions(FILE *out, bool enabled)
{
	fprintf(out, enabled ? "%%No SSHv2 server connections running.\n"
		"%%No SSHv1 server connections running.\n" :
		"%%No SSH server connections running.\n");
}

int show_ssh(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	struct ctl_ssh ssh;
	struct sessions s;
	int r = get_ssh(cli, &ssh, match);

	if (r == 0)
		r = get_sessions(cli, &s, match);
	if (r < 0)
		return r;
	if (cli->json) {
		json_open(&j, NULL, '[');
		for (size_t i = 0; i < s.count; i++)
			json_session(&j, &s.all[i]);
		json_close(&j, ']');
	} else if (s.count) {
		fprintf(cli->out, "Connection Version Mode Encryption  "
			"Hmac         State                 Username\n");
		for (size_t i = 0; i < s.count; i++)
			print_session(cli->out, &s.all[i]);
		fprintf(cli->out, "%%No SSHv1 server connections running.\n");
	} else {
		print_no_sessions(cli->out, ssh.enabled);
	}
	free(s.all);
	return 0;
}

static const char *const algorithm_titles[ALGO_CLASSES] = {
	[ALGO_HOSTKEY] = "Hostkey", [ALGO_ENCRYPTION] = "Encryption",
	[ALGO_MAC] = "MAC", [ALGO_KEX] = "KEX",
};

static const enum algo_class algorithm_order[] = {
	ALGO_HOSTKEY, ALGO_ENCRYPTION, ALGO_MAC, ALGO_KEX,
};

/* Those configured, or all that there are. */
static void algorithms(const struct conf *conf, enum algo_class class,
		       char *text, size_t size)
{
	const uint8_t *list = conf->ssh.algorithms[class];
	size_t len = 0;

	*text = '\0';
	for (unsigned int i = 0; i < ALGO_LIST_MAX && len < size; i++) {
		const char *name = algo_name(class, list[0] ? list[i] : i + 1);

		if (!name)
			break;
		len += (size_t)snprintf(text + len, size - len, "%s%s",
					len ? "," : "", name);
	}
}

/* What keys of users may sign with. */
static void print_public_key_algorithms(FILE *out)
{
	const char *name;

	fprintf(out, "Authentication Publickey Algorithms:");
	for (unsigned int i = PROTO_PUB_NONE + 1;
	     (name = proto_pubalg_name(i)); i++)
		fprintf(out, "%s%s", i > PROTO_PUB_NONE + 1 ? "," : "", name);
	fputc('\n', out);
}

static void print_ip_ssh(FILE *out, const struct ctl_ssh *ssh,
			 const struct conf *conf)
{
	char text[1024];

	if (!ssh->enabled) {
		fprintf(out, "%%SSH has not been enabled\n");
		return;
	}
	fprintf(out, "SSH Enabled - version 2.0\n"
		"Authentication methods:publickey,keyboard-interactive,password\n");
	print_public_key_algorithms(out);
	for (size_t i = 0; i < ALGO_CLASSES; i++) {
		algorithms(conf, algorithm_order[i], text, sizeof(text));
		fprintf(out, "%s Algorithms:%s\n",
			algorithm_titles[algorithm_order[i]], text);
	}
	fprintf(out, "Authentication timeout: %u secs; Authentication retries: %u\n",
		ssh->timeout, ssh->retries);
	fprintf(out, "Minimum expected Diffie Hellman key size : %u bits\n",
		conf->ssh.dh_min);
	show_crypto_ssh(out);
}

static void json_ip_ssh(struct json *j, const struct ctl_ssh *ssh,
			const struct conf *conf)
{
	char text[1024];

	json_open(j, NULL, '{');
	json_bool(j, "enabled", ssh->enabled);
	json_string(j, "version", "2.0");
	json_number(j, "timeout", ssh->timeout);
	json_number(j, "retries", ssh->retries);
	json_string(j, "listening", ssh->listening);
	for (size_t i = 0; i < ALGO_CLASSES; i++) {
		algorithms(conf, algorithm_order[i], text, sizeof(text));
		json_string(j, algo_class_name(algorithm_order[i]), text);
	}
	json_number(j, "dh_min_size", conf->ssh.dh_min);
	json_close(j, '}');
}

int show_ip_ssh(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	struct ctl_ssh ssh;
	struct conf conf;
	int r = get_ssh(cli, &ssh, match);

	if (r < 0)
		return r;
	ssh.listening[sizeof(ssh.listening) - 1] = '\0';
	cli_conf(cli, &conf);
	if (cli->json)
		json_ip_ssh(&j, &ssh, &conf);
	else
		print_ip_ssh(cli->out, &ssh, &conf);
	conf_free(&conf);
	return 0;
}
