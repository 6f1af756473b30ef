// SPDX-License-Identifier: GPL-2.0-only
#include "tokens.h"

#include "monitor.h"

bool tokens_take(struct tokens *t, unsigned int burst, int64_t refill)
{
	int64_t due = (monitor_now() - t->filled) / refill;

	if (due > 0) {
		t->filled += due * refill;
		t->left = due > burst - (int64_t)t->left ?
			  burst : t->left + (unsigned int)due;
	}
	if (!t->left) {
		t->refused++;
		return false;
	}
	t->left--;
	return true;
}
