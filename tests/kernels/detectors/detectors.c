// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: makes the mistakes that a debug kernel is there to find, so that a
 * detector that is off or has given up is noticed. Writing a name from the
 * table below to /sys/module/detectors/parameters/commit makes that mistake
 * once. Each leaves a working kernel, if panic_on_warn is off.
 */
#include <linux/delay.h>
#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

/* KASAN */
static int use_after_free(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	return READ_ONCE(p[8]) ? 0 : 0;
}

/* PROVE_LOCKING: turns lockdep off, as any report of it does. */
static int lock_order(void)
{
	static DEFINE_MUTEX(first);
	static DEFINE_MUTEX(second);

	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

/* PROVE_RCU */
static int unprotected_rcu(void)
{
	static int __rcu *pointer;

	return rcu_dereference(pointer) ? 0 : 0;
}

/* DEBUG_ATOMIC_SLEEP */
static int atomic_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
	return 0;
}

/* kmemleak: one of many may still be found on a stack. */
static int leak(void)
{
	for (int i = 0; i < 32; i++) {
		void *p = kmalloc(200, GFP_KERNEL);

		if (p)	/* for its report, which shows this */
			memcpy(p, "detectors leak", 15);
		OPTIMIZER_HIDE_VAR(p);
	}
	return 0;
}

static void never(struct timer_list *timer)
{
}

/* DEBUG_OBJECTS stops the timer. */
static int free_active(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return -ENOMEM;
	timer_setup(timer, never, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
	return 0;
}

static bool released;

static void release(struct kobject *kobject)
{
	WRITE_ONCE(released, true);
	kfree(kobject);
}

/* DEBUG_KOBJECT_RELEASE releases a second or more later. */
static int early_release(void)
{
	static const struct kobj_type type = { .release = release };
	struct kobject *kobject = kzalloc(sizeof(*kobject), GFP_KERNEL);

	if (!kobject)
		return -ENOMEM;
	WRITE_ONCE(released, false);
	kobject_init(kobject, (struct kobj_type *)&type);
	kobject_put(kobject);
	pr_info("detectors: kobject release is %s\n",
		READ_ONCE(released) ? "immediate" : "delayed");
	while (!READ_ONCE(released))
		msleep(100);
	return 0;
}

/* DEBUG_LIST refuses it. */
static int list_twice(void)
{
	static LIST_HEAD(head);
	static struct list_head entry;

	list_add(&entry, &head);
	list_add(&entry, &head);
	list_del(&entry);
	return 0;
}

/* UBSAN */
static int shift(void)
{
	int bits = 40;

	OPTIMIZER_HIDE_VAR(bits);
	return (1 << bits) ? 0 : 0;
}

static unsigned long raced;

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		barrier();
		if (!(raced & 0xffff))
			cond_resched();
	}
	return 0;
}

/* KCSAN: two processors for three seconds. */
static int race(void)
{
	struct task_struct *other = kthread_run(racer, NULL, "detectors");
	unsigned long end = jiffies + 3 * HZ;

	if (IS_ERR(other))
		return PTR_ERR(other);
	while (time_before(jiffies, end)) {
		raced++;
		barrier();
		if (!(raced & 0xffff))
			cond_resched();
	}
	return kthread_stop(other);
}

/* Ends a kernel with panic_on_warn. */
static int warn(void)
{
	WARN(1, "detectors: a warning\n");
	return 0;
}

static const struct {
	const char *name;
	int (*make)(void);
} mistakes[] = {
	{ "use-after-free", use_after_free },
	{ "unprotected-rcu", unprotected_rcu },
	{ "atomic-sleep", atomic_sleep },
	{ "leak", leak },
	{ "free-active", free_active },
	{ "early-release", early_release },
	{ "list-twice", list_twice },
	{ "shift", shift },
	{ "data-race", race },
	{ "lock-order", lock_order },
	{ "warn", warn },
};

static int commit(const char *value, const struct kernel_param *param)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (sysfs_streq(value, mistakes[i].name))
			return mistakes[i].make();
	return -EINVAL;
}

static const struct kernel_param_ops commit_ops = { .set = commit };
module_param_cb(commit, &commit_ops, NULL, 0200);
MODULE_PARM_DESC(commit, "a mistake to make");

static int __init detectors_init(void)
{
	return 0;
}

static void __exit detectors_exit(void)
{
}

module_init(detectors_init);
module_exit(detectors_exit);
MODULE_DESCRIPTION("Mistakes for debug kernels to find (test only)");
MODULE_LICENSE("GPL");
