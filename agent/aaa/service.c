// SPDX-License-Identifier: GPL-2.0-only
#include "service.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int service_name(enum aaa_service service, const char *list,
		 char ret[SERVICE_NAME_MAX + 1])
{
	static const char *const prefix[AAA_SERVICES] = {
		[AAA_LOGIN] = "login-",
		[AAA_EXEC] = "exec-",
		[AAA_REVERSE] = "reverse-",
		[AAA_ENABLE] = "enable-",
	};
	static const char hex[] = "0123456789abcdef";
	size_t len = strlen(list);
	char *out = ret;

	if (!len || len > AAA_LIST_NAME_MAX)
		return -EINVAL;
	out = stpcpy(out, prefix[service]);
	for (const char *p = list; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			*out++ = (char)c;
			continue;
		}
		*out++ = '_';
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	*out = '\0';
	return 0;
}

int service_for_list(const char *rundir, enum aaa_service service,
		     const char *list,
		     char ret[SERVICE_NAME_MAX + 1])
{
	char name[SERVICE_NAME_MAX + 1], path[PATH_MAX];
	int n, r = service_name(service, list, name);

	if (r)
		return r;
	n = snprintf(path, sizeof(path), "%s/" SERVICE_DIR "/%s", rundir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -EINVAL;
	if (!access(path, F_OK)) {
		strcpy(ret, name);
		return 0;
	}
	if (service == AAA_LOGIN)
		strcpy(ret, SERVICE_UNDEFINED);
	else
		service_name(service, "default", ret);
	return 1;
}
