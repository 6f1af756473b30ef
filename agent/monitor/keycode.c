// SPDX-License-Identifier: GPL-2.0-only
#include "keycode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "includes.h"
#include "crypto_desc.h"
#include "dbrandom.h"
#include "dbutil.h"

static jmp_buf *escape;

static void on_exit_request(int code, const char *format, va_list args)
	ATTRIB_NORETURN;

static void on_exit_request(int code, const char *format, va_list args)
{
	(void)format;
	(void)args;
	if (escape)
		longjmp(*escape, 1);
	_exit(code);
}

/* What is wrong with a key is in the errors of those who call. */
static void on_log(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

void keycode_init(void)
{
	static bool done;

	if (done)
		return;
	_dropbear_exit = on_exit_request;
	_dropbear_log = on_log;
	seedrandom();
	crypto_init();
	done = true;
}

int keycode_try(int (*fn)(void *arg), void *arg)
{
	jmp_buf here;
	int ret;

	if (setjmp(here)) {
		escape = NULL;
		return -1;
	}
	escape = &here;
	ret = fn(arg);
	escape = NULL;
	return ret;
}
