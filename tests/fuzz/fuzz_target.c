// SPDX-License-Identifier: GPL-2.0-only
/*
 * The login name grammar: whatever bytes come, a user part that matches, a
 * kind, and a number or name within bounds; or -EINVAL and nothing written.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void check_numbers(const struct target *t)
{
	switch (t->kind) {
	case TARGET_LINE:
		check(t->number >= 1 && t->number <= VTYMUX_LINE_MAX);
		break;
	case TARGET_ROTARY:
		check(t->number >= 1 && t->number <= VTYMUX_ROTARY_MAX);
		break;
	case TARGET_NAME:
		check(!t->number && t->name[0]);
		break;
	case TARGET_WATCH:
	case TARGET_STEAL:
		check(!t->number == !!t->name[0]);
		check(t->number <= VTYMUX_LINE_MAX);
		break;
	default:
		check(t->kind == TARGET_EXEC || t->kind == TARGET_INVALID);
		check(!t->number && !t->name[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct target t = { .kind = TARGET_EXEC }, before = t;
	int r = target_parse((const char *)data, size, &t);

	if (r < 0) {
		check(r == -EINVAL && !memcmp(&t, &before, sizeof(t)));
		return 0;
	}
	check(!memcmp(t.user, data, strlen(t.user)) && t.user[0]);
	check(strlen(t.user) <= TARGET_USER_MAX);
	check(!strpbrk(t.user, ": /%\n") && strlen(t.name) <= VTYMUX_NAME_MAX);
	check_numbers(&t);
	return 0;
}
