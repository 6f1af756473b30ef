// SPDX-License-Identifier: GPL-2.0-only
#include "udev.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libudev.h>

#include "cleanup.h"
#include "console.h"

#define RECEIVE_BUFFER	(1 << 20)	/* an event for each of 200 lines */

struct udev_watch {
	struct udev *udev;
	struct udev_monitor *monitor;
};

static void cleanup_enumerate(struct udev_enumerate **e)
{
	udev_enumerate_unref(*e);
}

static void cleanup_device(struct udev_device **d)
{
	udev_device_unref(*d);
}

struct udev_watch *udev_watch_close(struct udev_watch *watch)
{
	if (watch) {
		udev_monitor_unref(watch->monitor);
		udev_unref(watch->udev);
		free(watch);
	}
	return NULL;
}

static int start(struct udev_watch *w)
{
	int r;

	w->udev = udev_new();
	if (!w->udev)
		return -ENOMEM;
	w->monitor = udev_monitor_new_from_netlink(w->udev, "udev");
	if (!w->monitor)
		return errno ? -errno : -EIO;
	r = udev_monitor_filter_add_match_subsystem_devtype(w->monitor, "tty",
							    NULL);
	if (r < 0)
		return r;
	/* The default is a smaller one; that is no reason not to start. */
	udev_monitor_set_receive_buffer_size(w->monitor, RECEIVE_BUFFER);
	return udev_monitor_enable_receiving(w->monitor);
}

int udev_watch_open(struct udev_watch **ret)
{
	struct udev_watch *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	r = start(w);
	if (r < 0) {
		udev_watch_close(w);
		return r;
	}
	*ret = w;
	return 0;
}

int udev_watch_fd(const struct udev_watch *watch)
{
	return udev_monitor_get_fd(watch->monitor);
}

static bool is_numbered(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return !strncmp(name, prefix, len) && isdigit((unsigned char)name[len]);
}

static void copy_property(struct udev_device *d, const char *key,
			  char text[BINDING_VALUE_MAX + 1])
{
	const char *value = udev_device_get_property_value(d, key);

	/* What does not fit matches nothing, rather than by its beginning. */
	if (value && strlen(value) <= BINDING_VALUE_MAX)
		strcpy(text, value);
}

static void copy_link(const char *link, const char *directory,
		      char text[BINDING_VALUE_MAX + 1])
{
	size_t len = strlen(directory);

	if (!strncmp(link, directory, len) &&
	    strlen(link + len) <= BINDING_VALUE_MAX)
		strcpy(text, link + len);
}

static void describe(struct udev_device *d, const char *name,
		     struct binding_device *device)
{
	struct udev_list_entry *entry;

	memset(device, 0, sizeof(*device));
	snprintf(device->name, sizeof(device->name), "%s", name);
	copy_property(d, "ID_PATH", device->path);
	copy_property(d, "ID_SERIAL_SHORT", device->serial);
	copy_property(d, "ID_SERIAL", device->serial_long);
	udev_list_entry_foreach(entry, udev_device_get_devlinks_list_entry(d)) {
		const char *link = udev_list_entry_get_name(entry);

		copy_link(link, "/dev/serial/by-path/", device->path_link);
		copy_link(link, "/dev/serial/by-id/", device->serial_link);
	}
}

static enum udev_action parse_action(const char *action)
{
	if (action && !strcmp(action, "add"))
		return UDEV_ADD;
	return action && !strcmp(action, "remove") ? UDEV_REMOVE : UDEV_OTHER;
}

int udev_watch_next(struct udev_watch *watch, struct udev_event *ret)
{
	struct udev_device *d _cleanup_(cleanup_device) = NULL;
	const char *name;

	errno = 0;
	d = udev_monitor_receive_device(watch->monitor);
	if (!d)
		return errno ? -errno : -EAGAIN;
	memset(ret, 0, sizeof(*ret));
	ret->action = parse_action(udev_device_get_action(d));
	name = udev_device_get_sysname(d);
	if (name) {
		ret->is_line = is_numbered(name, VTYMUX_LINE_PREFIX);
		describe(d, name, &ret->device);
	}
	return 0;
}

static bool is_candidate(const char *name)
{
	return strlen(name) <= VTYMUX_BACKING_MAX &&
	       !is_numbered(name, VTYMUX_LINE_PREFIX) &&
	       !is_numbered(name, "tty") && strcmp(name, "tty") &&
	       strcmp(name, "console") && strcmp(name, "ptmx");
}

/*
 * is_candidate() as libudev's patterns: looking into each of some hundred lines
 * and virtual consoles would take most of the time.
 */
static int match_candidates(struct udev_enumerate *e)
{
	static const char *const patterns[] = {
		"[!tv]*", "t[!t]*", "tt[!y]*", "tty[!0-9]*",
		"v[!t]*", "vt[!y]*", "vty[!0-9]*",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		int r = udev_enumerate_add_match_sysname(e, patterns[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Adds the device of an entry, if it is one. Return: 0 or -ENOMEM. */
static int append(struct udev_watch *watch, const char *syspath,
		  struct binding_device **devices, size_t *count)
{
	struct udev_device *d _cleanup_(cleanup_device) = NULL;
	const char *name = strrchr(syspath, '/') + 1;
	struct binding_device *grown;

	if (!is_candidate(name))
		return 0;
	d = udev_device_new_from_syspath(watch->udev, syspath);
	if (!d || !udev_device_get_is_initialized(d))
		return 0;
	grown = realloc(*devices, (*count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*devices = grown;
	describe(d, name, &grown[*count]);
	grown[(*count)++].console = console_is(name);
	return 0;
}

int udev_watch_list(struct udev_watch *watch, struct binding_device **ret,
		    size_t *ret_count)
{
	struct udev_enumerate *e _cleanup_(cleanup_enumerate) =
		udev_enumerate_new(watch->udev);
	struct binding_device *devices _cleanup_free_ = NULL;
	struct udev_list_entry *entry;
	size_t count = 0;
	int r;

	if (!e)
		return -ENOMEM;
	r = udev_enumerate_add_match_subsystem(e, "tty");
	if (r >= 0)
		r = match_candidates(e);
	if (r >= 0)
		r = udev_enumerate_scan_devices(e);
	if (r < 0)
		return r;
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e)) {
		r = append(watch, udev_list_entry_get_name(entry), &devices,
			   &count);
		if (r < 0)
			return r;
	}
	*ret = devices;
	devices = NULL;
	*ret_count = count;
	return 0;
}
