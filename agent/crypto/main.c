// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtymux-crypto: "vtymux-crypto key generate rsa modulus 2048" runs the command
 * "crypto key generate rsa modulus 2048". It is a process of its own because a
 * key takes its time and the daemon has none. Exit status 1: refused, see
 * stderr; 17: there is such a key already, --replace is needed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "conf.h"
#include "keycmd.h"
#include "path.h"


static void ignore(unsigned int line, const char *reason, void *arg)
{
	(void)line;
	(void)reason;
	(void)arg;
}

/* What is in force, or what will be. The names are all that is wanted of it. */
static void load(struct conf *conf)
{
	char path[4096];

	conf_init(conf);
	snprintf(path, sizeof(path), "%s/running-config", path_rundir());
	if (conf_load(conf, path, NULL, ignore, NULL) >= 0)
		return;
	snprintf(path, sizeof(path), "%s/startup-config", path_sysconfdir());
	conf_load(conf, path, NULL, ignore, NULL);
}

static int run(const char *command, bool replace)
{
	struct cmd_match match;
	struct conf conf;
	struct keycmd k = { .conf = &conf, .replace = replace, .out = stdout };
	int r;

	load(&conf);
	r = cmd_match(keycmd_commands, command, &match);
	if (r == 0)
		r = match.cmd->run(&match, &k);
	conf_free(&conf);
	if (r < 0)
		fprintf(stderr, "%s\n", match.error);
	return r == -EEXIST ? KEYCMD_EXIT_EXISTS : r < 0;
}

int main(int argc, char **argv)
{
	char command[CMD_LINE_MAX + 1] = "crypto";
	bool replace = false;
	int i = 1;

	if (argc > 1 && !strcmp(argv[1], "--replace")) {
		replace = true;
		i++;
	}
	if (i == argc) {
		fprintf(stderr, "usage: vtymux-crypto [--replace] key "
			"{generate {rsa|ec|ecdsa|ed25519} [...] | zeroize [...]}\n");
		return 2;
	}
	for (; i < argc; i++) {
		if (strlen(command) + 1 + strlen(argv[i]) > CMD_LINE_MAX) {
			fprintf(stderr, "vtymux-crypto: the command is too long\n");
			return 2;
		}
		strcat(command, " ");
		strcat(command, argv[i]);
	}
	return run(command, replace);
}
