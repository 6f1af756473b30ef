/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels; all version tests are here. */
#ifndef _NULLMODEM_COMPAT_H
#define _NULLMODEM_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/types.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
typedef ssize_t nm_write_t;
typedef size_t nm_count_t;
typedef u8 nm_char_t;		/* of send_xchar */
#else
typedef int nm_write_t;
typedef int nm_count_t;
typedef char nm_char_t;
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
typedef bool nm_carrier_t;	/* of carrier_raised */
typedef bool nm_raise_t;	/* of dtr_rts */
#else
typedef int nm_carrier_t;
typedef int nm_raise_t;
#endif

/* What a platform driver's remove returns. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
typedef void nm_remove_t;
#define NM_REMOVED
#else
typedef int nm_remove_t;
#define NM_REMOVED	0
#endif

static inline void nm_timer_setup(struct hrtimer *timer,
				  enum hrtimer_restart (*fn)(struct hrtimer *))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer->function = fn;
#endif
}

#endif /* _NULLMODEM_COMPAT_H */
