// SPDX-License-Identifier: GPL-2.0-only
#include "servers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "file.h"

#define FORMAT	"%7s %64s %63s %5u %5u %4u %3u %2u %63s %510s %c"
#define FORMAT_TLS	"tls %253s %255s %255s %255s %c"

/*
 * Numeric, so that no name service is asked on the way of a login. Return: the
 * family, AF_UNSPEC for what is no address.
 */
static int family(const char *text)
{
	char copy[SERVER_ADDRESS_MAX + 1];
	struct in6_addr any;
	char *scope;

	if (strlen(text) >= sizeof(copy))
		return AF_UNSPEC;
	strcpy(copy, text);
	scope = strchr(copy, '%');
	if (scope) {
		*scope++ = '\0';
		if (!*scope || strlen(scope) >= IF_NAMESIZE)
			return AF_UNSPEC;
	} else if (inet_pton(AF_INET, copy, &any) == 1) {
		return AF_INET;
	}
	return inet_pton(AF_INET6, copy, &any) == 1 ? AF_INET6 : AF_UNSPEC;
}

/* Nothing without TLS, everything with it. */
static bool is_good_tls(const struct aaa_server *s)
{
	const struct aaa_tls *t = &s->tls;

	if (!(s->flags & SERVER_TLS))
		return !*t->identity && !*t->ca && !*t->certificate && !*t->key;
	return *t->identity && *t->ca == '/' &&
	       (*t->certificate ? *t->certificate == '/' && *t->key == '/' :
				  !*t->key);
}

/* Inside TLS nothing of TACACS+ is hidden by a key (RFC 9887 4). */
static bool is_good_key(const struct aaa_server *s)
{
	return *s->key || (s->protocol == SERVER_TACPLUS &&
			   s->flags & SERVER_TLS);
}

static bool is_good(const struct aaa_server *s)
{
	return s->protocol <= SERVER_TACPLUS && !(s->flags & ~SERVER_FLAGS) &&
	       s->port >= 1 && s->port <= 65535 && s->acct_port >= 1 &&
	       s->acct_port <= 65535 && s->timeout >= 1 &&
	       s->timeout <= SERVER_TIMEOUT_MAX &&
	       s->retransmit <= SERVER_RETRANSMIT_MAX && *s->name &&
	       is_good_key(s) && is_good_tls(s) &&
	       family(s->address) != AF_UNSPEC &&
	       (!*s->source || family(s->source) == family(s->address));
}

/* The key as hexadecimal digits: it may be made of any bytes but NUL. */
static int decode(const char *hex, char *ret, size_t size)
{
	size_t len = strlen(hex);
	unsigned int byte;

	if (!strcmp(hex, "-")) {
		*ret = '\0';
		return 0;
	}
	if (!len || len % 2 || len / 2 >= size ||
	    strspn(hex, "0123456789abcdef") != len)
		return -EINVAL;
	for (size_t i = 0; i < len / 2; i++) {
		sscanf(hex + 2 * i, "%2x", &byte);
		if (!byte)
			return -EINVAL;
		ret[i] = (char)byte;
	}
	ret[len / 2] = '\0';
	return 0;
}

static int read_server(const char *text, struct aaa_server *s)
{
	char protocol[8], hex[2 * SERVER_KEY_MAX + 1], source[64], rest;
	int n, r = -EINVAL;

	*s = (struct aaa_server){ 0 };
	n = sscanf(text, FORMAT, protocol, s->name, s->address, &s->port,
		   &s->acct_port, &s->timeout, &s->retransmit, &s->flags,
		   source, hex, &rest);
	if (n == 10 && !decode(hex, s->key, sizeof(s->key))) {
		s->protocol = !strcmp(protocol, "radius") ? SERVER_RADIUS :
			!strcmp(protocol, "tacacs+") ? SERVER_TACPLUS : ~0U;
		if (strcmp(source, "-"))
			strcpy(s->source, source);
		r = 0;
	}
	explicit_bzero(hex, sizeof(hex));
	return r;
}

/* The line below that of a server. */
static int read_tls(const char *text, struct aaa_tls *t)
{
	char rest;

	if (*t->ca || sscanf(text, FORMAT_TLS, t->identity, t->ca,
			     t->certificate, t->key, &rest) != 4)
		return -EINVAL;
	if (!strcmp(t->certificate, "-"))
		t->certificate[0] = '\0';
	if (!strcmp(t->key, "-"))
		t->key[0] = '\0';
	return 0;
}

static int read_line(const char *text, struct servers *to)
{
	if (!strncmp(text, "tls ", 4))
		return to->count ? read_tls(text, &to->list[to->count - 1].tls) :
			-EINVAL;
	return to->count == SERVERS_MAX ? -EINVAL :
		read_server(text, &to->list[to->count++]);
}

static int read_all(FILE *file, struct servers *ret)
{
	char *text _cleanup_free_ = NULL;
	size_t room = 0;
	char rest;
	int r = 0;

	if (getline(&text, &room, file) < 0 ||
	    sscanf(text, "deadtime %u %c", &ret->deadtime, &rest) != 1 ||
	    ret->deadtime > SERVER_DEADTIME_MAX)
		return -EINVAL;
	while (!r && getline(&text, &room, file) >= 0)
		r = read_line(text, ret);
	if (text)
		explicit_bzero(text, room);
	if (!r && ferror(file))
		r = -EIO;
	for (uint32_t i = 0; i < ret->count && !r; i++)
		r = is_good(&ret->list[i]) ? 0 : -EINVAL;
	return r ? r : ret->count ? 0 : -EINVAL;
}

int servers_load(const char *path, struct servers *ret)
{
	FILE *file _cleanup_file_ = NULL;
	struct servers servers = { 0 };
	int r = file_open_private(path, &file);

	if (r < 0)
		return r;
	r = read_all(file, &servers);
	if (!r)
		*ret = servers;
	explicit_bzero(&servers, sizeof(servers));
	return r;
}

/* What sscanf() takes as one word. */
static bool is_word(const char *text)
{
	return !strpbrk(text, " \t\n\v\f\r");
}

static void print_tls(const struct aaa_tls *t, FILE *file)
{
	fprintf(file, "tls %s %s %s %s\n", t->identity, t->ca,
		*t->certificate ? t->certificate : "-",
		*t->key ? t->key : "-");
}

int servers_print(const struct servers *servers, FILE *file)
{
	if (!servers->count || servers->count > SERVERS_MAX ||
	    servers->deadtime > SERVER_DEADTIME_MAX)
		return -EINVAL;
	fprintf(file, "deadtime %u\n", servers->deadtime);
	for (uint32_t i = 0; i < servers->count; i++) {
		const struct aaa_server *s = &servers->list[i];

		if (!is_good(s) || !is_word(s->name) ||
		    !is_word(s->tls.identity) || !is_word(s->tls.ca) ||
		    !is_word(s->tls.certificate) || !is_word(s->tls.key))
			return -EINVAL;
		fprintf(file, "%s %s %s %u %u %u %u %u %s ",
			s->protocol == SERVER_RADIUS ? "radius" : "tacacs+",
			s->name, s->address, s->port, s->acct_port, s->timeout,
			s->retransmit, s->flags, *s->source ? s->source : "-");
		for (const char *k = s->key; *k; k++)
			fprintf(file, "%02x", (unsigned char)*k);
		fputs(*s->key ? "\n" : "-\n", file);
		if (s->flags & SERVER_TLS)
			print_tls(&s->tls, file);
	}
	return ferror(file) ? -EIO : 0;
}
