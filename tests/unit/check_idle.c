// SPDX-License-Identifier: GPL-2.0-only
#include "idle.h"

#include <stdint.h>
#include <sys/mman.h>

#include "main.h"

#define PAGES	4

static unsigned char *pages;
static size_t page;

static void setup(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(pages, MAP_FAILED);
	memset(pages, 'x', PAGES * page);
}

static void teardown(void)
{
	munmap(pages, PAGES * page);
}

/* Pages that are all zeros, as bits. */
static unsigned int emptied(void)
{
	unsigned int bits = 0;

	for (unsigned int n = 0; n < PAGES; n++) {
		const unsigned char *p = pages + n * page;

		if (!p[0] && !memcmp(p, p + 1, page - 1))
			bits |= 1U << n;
		else
			for (size_t i = 0; i < page; i++)
				ck_assert_int_eq(p[i], 'x');
	}
	return bits;
}

START_TEST(test_whole_pages_are_given_back)
{
	idle_discard(pages + page, 2 * page);
	ck_assert_uint_eq(emptied(), 6);
}
END_TEST

START_TEST(test_what_shares_a_page_stays)
{
	idle_discard(pages + 1, 3 * page);
	ck_assert_uint_eq(emptied(), 6);
}
END_TEST

START_TEST(test_less_than_a_page_is_nothing)
{
	idle_discard(pages + 1, page - 1);
	idle_discard(pages + page - 1, page);
	idle_discard(pages + page, 0);
	ck_assert_uint_eq(emptied(), 0);
}
END_TEST

/* One frame deeper than the caller, and gone when it returns. */
__attribute__((noinline))
static uintptr_t dirty_stack(void)
{
	volatile unsigned char deep[16384];

	for (size_t i = 0; i < sizeof(deep); i++)
		deep[i] = 'x';
	return (uintptr_t)deep;
}

START_TEST(test_the_stack_below_is_given_back)
{
	uintptr_t deep = dirty_stack();
	volatile unsigned char mine[4096];
	unsigned char resident = 1;

	for (size_t i = 0; i < sizeof(mine); i++)
		mine[i] = (unsigned char)i;
	idle_trim();
	for (size_t i = 0; i < sizeof(mine); i++)
		ck_assert_int_eq(mine[i], (unsigned char)i);
	deep &= ~(uintptr_t)(page - 1);
	ck_assert_int_eq(mincore((void *)deep, page, &resident), 0);
	ck_assert_int_eq(resident & 1, 0);
}
END_TEST

static Suite *idle_suite(void)
{
	Suite *s = suite_create("idle");
	TCase *t = tcase_create("memory");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_whole_pages_are_given_back);
	tcase_add_test(t, test_what_shares_a_page_stays);
	tcase_add_test(t, test_less_than_a_page_is_nothing);
	tcase_add_test(t, test_the_stack_below_is_given_back);
	suite_add_tcase(s, t);
	return s;
}

MAIN(idle)
