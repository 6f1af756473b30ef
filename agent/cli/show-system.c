// SPDX-License-Identifier: GPL-2.0-only
/* The switch and this session: show version, clock, privilege, history. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "line.h"

static void append_unit(char *text, size_t size, long count, const char *unit)
{
	size_t len = strlen(text);

	if (count)
		snprintf(text + len, size - len, "%s%ld %s%s",
			 len ? ", " : "", count, unit, count == 1 ? "" : "s");
}

/* "2 days, 3 hours, 4 minutes", as IOS counts. */
static void uptime_text(long seconds, char *text, size_t size)
{
	*text = '\0';
	append_unit(text, size, seconds / (7 * 86400), "week");
	append_unit(text, size, seconds / 86400 % 7, "day");
	append_unit(text, size, seconds / 3600 % 24, "hour");
	append_unit(text, size, seconds / 60 % 60, "minute");
	if (!*text)
		snprintf(text, size, "0 minutes");
}

struct counts {
	unsigned int tty, virtual;
};

static int count(const struct line *l, void *arg)
{
	struct counts *c = arg;

	if (l->is_virtual)
		c->virtual++;
	else
		c->tty++;
	return 0;
}

/* The program that runs, as IOS names its image. */
static void image_path(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[n < 0 ? 0 : n] = '\0';
}

int show_version(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	struct counts lines = { 0 };
	char uptime[128], image[PATH_MAX];
	struct sysinfo info;
	struct utsname os;

	(void)match;
	if (sysinfo(&info) < 0 || uname(&os) < 0)
		return -errno;
	uptime_text(info.uptime, uptime, sizeof(uptime));
	image_path(image);
	line_for_each(count, &lines);
	if (cli->json) {
		json_open(&j, NULL, '{');
		json_string(&j, "version", VTYMUX_VERSION);
		json_string(&j, "hostname", cli->hostname);
		json_number(&j, "uptime", info.uptime);
		json_string(&j, "image", image);
		json_string(&j, "kernel", os.release);
		json_string(&j, "machine", os.machine);
		json_number(&j, "terminal_lines", lines.tty);
		json_number(&j, "virtual_lines", lines.virtual);
		json_close(&j, '}');
		return 0;
	}
	fprintf(cli->out, "vtymux Software, Version " VTYMUX_VERSION
		", terminal server for Linux\n\n"
		"ROM: %s %s\n\n"
		"%s uptime is %s\n"
		"System image file is \"%s\"\n\n"
		"%s processor with %lluK bytes of memory.\n"
		"%u terminal lines\n%u virtual lines\n",
		os.sysname, os.release, cli->hostname, uptime, image,
		os.machine, (unsigned long long)info.totalram * info.mem_unit / 1024,
		lines.tty, lines.virtual);
	return 0;
}

int show_clock(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	struct timex state = { 0 };
	char clock[32], zone[16], date[32];
	struct timespec now;
	struct tm tm;
	bool synced;

	(void)match;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	synced = adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%Z", &tm);
	strftime(date, sizeof(date), "%a %b %-d %Y", &tm);
	if (cli->json) {
		json_open(&j, NULL, '{');
		json_number(&j, "seconds", now.tv_sec);
		json_number(&j, "milliseconds", now.tv_nsec / 1000000);
		json_string(&j, "zone", zone);
		json_bool(&j, "synchronized", synced);
		json_close(&j, '}');
		return 0;
	}
	/* The star says that nobody vouches for the time. */
	fprintf(cli->out, "%s%s.%03ld %s %s\n", synced ? "" : "*", clock,
		now.tv_nsec / 1000000, zone, date);
	return 0;
}

int show_privilege(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };

	(void)match;
	if (cli->json) {
		json_open(&j, NULL, '{');
		json_number(&j, "privilege", cli->who.privilege);
		json_close(&j, '}');
	} else {
		fprintf(cli->out, "Current privilege level is %u\n",
			cli->who.privilege);
	}
	return 0;
}

int show_history(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };

	(void)match;
	if (cli->json)
		json_open(&j, NULL, '[');
	for (size_t i = 0; i < cli->history_count; i++) {
		if (cli->json)
			json_string(&j, NULL, cli->history[i]);
		else
			fprintf(cli->out, "  %s\n", cli->history[i]);
	}
	if (cli->json)
		json_close(&j, ']');
	return 0;
}
