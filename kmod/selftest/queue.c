// SPDX-License-Identifier: GPL-2.0-only
#include "selftest.h"

#include "../queue.h"

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define SIZE	VTYMUX_QUEUE_SIZE

struct place {
	struct vtymux_queue queue;
	u8 buf[SIZE];
	char __user *user;	/* SIZE bytes of who loads the module */
};

/* Puts @n bytes that begin with @first. */
static size_t put(struct place *p, unsigned int first, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p->buf[i] = (first + i) % 251;
	return vtymux_queue_put(&p->queue, p->buf, n);
}

static bool get(struct place *p, unsigned int first, size_t n, bool *wake)
{
	size_t i;

	*wake = false;
	if (vtymux_queue_read(&p->queue, p->user, n, wake) != n ||
	    copy_from_user(p->buf, p->user, n))
		return false;
	for (i = 0; i < n; i++)
		if (p->buf[i] != (first + i) % 251)
			return false;
	return true;
}

static bool holds(struct place *p)
{
	bool ok = true, wake;

	vtymux_queue_init(&p->queue);
	/* So that positions and the buffer wrap around. */
	p->queue.head = p->queue.tail = -1000U;
	ok &= CHECK(vtymux_queue_read(&p->queue, p->user, 1, &wake) == 0);
	ok &= CHECK(put(p, 0, SIZE - 1) == SIZE - 1);
	ok &= CHECK(put(p, SIZE - 1, 2) == 1);
	ok &= CHECK(vtymux_queue_length(&p->queue) == SIZE &&
		    !vtymux_queue_room(&p->queue));
	/* The writer that found it full is woken at half, and once. */
	ok &= CHECK(get(p, 0, SIZE / 2 - 1, &wake) && !wake);
	ok &= CHECK(get(p, SIZE / 2 - 1, 1, &wake) && wake);
	ok &= CHECK(get(p, SIZE / 2, 100, &wake) && !wake);
	ok &= CHECK(vtymux_queue_read(&p->queue, NULL, 1, &wake) == -EFAULT);
	ok &= CHECK(get(p, SIZE / 2 + 100, 10, &wake));
	ok &= CHECK(!vtymux_queue_flush(&p->queue) &&
		    !vtymux_queue_length(&p->queue));
	ok &= CHECK(put(p, 7, 20) == 20 && get(p, 7, 20, &wake));
	put(p, 0, SIZE);
	vtymux_queue_room(&p->queue);
	ok &= CHECK(vtymux_queue_flush(&p->queue));
	ok &= CHECK(vtymux_queue_room(&p->queue) == SIZE);
	return ok;
}

bool vtymux_selftest_queue(void)
{
	struct place *p = kvzalloc(sizeof(*p), GFP_KERNEL);
	unsigned long at;
	bool ok = false;

	if (!p)
		return false;
	at = vm_mmap(NULL, 0, SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (!IS_ERR_VALUE(at)) {
		p->user = (char __user *)at;
		ok = holds(p);
		vm_munmap(at, SIZE);
	}
	kvfree(p);
	return ok;
}
