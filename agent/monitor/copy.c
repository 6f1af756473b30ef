// SPDX-License-Identifier: GPL-2.0-only
#include "copy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "monitor.h"
#include "program.h"

#define COPY	"copy"		/* program.what of one */

/* "[2200 <- 192.0.2.1:49152] recv TEXT", or "-> ... send". */
__attribute__((format(printf, 3, 4)))
static void tell(struct monitor *m, bool sent, const char *format, ...)
{
	const char *port = strchr(m->local, ' ');
	const char *from = strchr(m->peer, ' ');
	char text[LINK_TEXT_MAX + 1];
	va_list ap;
	int len;

	len = snprintf(text, sizeof(text), "[%s %s %.*s:%s] %s ",
		       port ? port + 1 : "?", sent ? "->" : "<-",
		       (int)strcspn(m->peer, " "), m->peer,
		       from ? from + 1 : "?", sent ? "send" : "recv");
	va_start(ap, format);
	vsnprintf(text + len, sizeof(text) - (size_t)len, format, ap);
	va_end(ap);
	monitor_report_text(m, LINK_SCP, text);
}

void copy_begins(struct monitor *m, const struct program *p,
		 const char *command)
{
	if (strcmp(p->what, COPY))
		return;
	/* What follows may be anything, a password of another program too. */
	tell(m, false, "%.*s", (int)strcspn(command, ";&|<>$`\\\"'(){}\n\r#"),
	     command);
	if (p->refusal)
		tell(m, true, "<%s>", p->refusal);
}

void copy_ended(struct monitor *m, unsigned int status)
{
	if (m->what && !strcmp(m->what, COPY))
		tell(m, true, "<exit status %u>", status);
}
