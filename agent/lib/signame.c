// SPDX-License-Identifier: GPL-2.0-only
#include "signame.h"

#include <signal.h>
#include <string.h>

static const struct {
	int signo;
	const char *name;
} signals[] = {
	{ SIGABRT, "ABRT" }, { SIGALRM, "ALRM" }, { SIGFPE, "FPE" },
	{ SIGHUP, "HUP" }, { SIGILL, "ILL" }, { SIGINT, "INT" },
	{ SIGKILL, "KILL" }, { SIGPIPE, "PIPE" }, { SIGQUIT, "QUIT" },
	{ SIGSEGV, "SEGV" }, { SIGTERM, "TERM" }, { SIGUSR1, "USR1" },
	{ SIGUSR2, "USR2" },
};

#define SIGNALS	(sizeof(signals) / sizeof(signals[0]))

const char *signame_of(int signo)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].signo == signo)
			return signals[i].name;
	return NULL;
}

int signame_find(const char *name, size_t len)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (strlen(signals[i].name) == len &&
		    !memcmp(signals[i].name, name, len))
			return signals[i].signo;
	return 0;
}
