// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "texts.h"

#define PATH_ROOM	4096

void params_init(struct params *params)
{
	*params = (struct params){ .dh_min = PARAMS_DH_DEFAULT };
}

void params_free(struct params *params)
{
	for (size_t i = 0; i < params->key_count; i++) {
		free(params->keys[i].user);
		free(params->keys[i].text);
	}
	free(params->keys);
	free(params->banner);
	params_init(params);
}

static bool key_is(const struct params_key *key, const char *user,
		   const char *text)
{
	return !strcmp(key->user, user) && (!text || !strcmp(key->text, text));
}

int params_add_key(struct params *params, const char *user, const char *text)
{
	struct params_key *keys, key;

	for (size_t i = 0; i < params->key_count; i++)
		if (key_is(&params->keys[i], user, text))
			return -EEXIST;
	if (params->key_count == PARAMS_KEYS_MAX)
		return -ENOSPC;
	keys = realloc(params->keys, (params->key_count + 1) * sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	params->keys = keys;
	key = (struct params_key){ strdup(user), strdup(text) };
	if (!key.user || !key.text) {
		free(key.user);
		free(key.text);
		return -ENOMEM;
	}
	keys[params->key_count++] = key;
	return 0;
}

int params_drop_keys(struct params *params, const char *user, const char *text)
{
	size_t kept = 0;
	int r = -ENOENT;

	for (size_t i = 0; i < params->key_count; i++) {
		struct params_key *key = &params->keys[i];

		if (!key_is(key, user, text)) {
			params->keys[kept++] = *key;
			continue;
		}
		free(key->user);
		free(key->text);
		r = 0;
	}
	params->key_count = kept;
	return r;
}

int params_copy(struct params *to, const struct params *from)
{
	int r = 0;

	*to = *from;
	to->banner = from->banner ? strdup(from->banner) : NULL;
	to->keys = NULL;
	to->key_count = 0;
	if (from->banner && !to->banner)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < from->key_count; i++)
		r = params_add_key(to, from->keys[i].user, from->keys[i].text);
	if (r < 0)
		params_free(to);
	return r;
}

/* RFC 4252 5.4: lines end with CR LF. */
int params_set_banner(struct params *params, const char *text)
{
	char *banner = texts_crlf(text);

	if (!banner)
		return -ENOMEM;
	if (strlen(banner) > PARAMS_BANNER_MAX) {
		free(banner);
		return -E2BIG;
	}
	free(params->banner);
	params->banner = banner;
	return 0;
}

static void print_params(const struct params *params, FILE *file)
{
	for (int c = 0; c < ALGO_CLASSES; c++) {
		if (!params->algorithms[c][0])
			continue;
		fprintf(file, "%s", algo_class_name((enum algo_class)c));
		for (int i = 0; i < ALGO_LIST_MAX && params->algorithms[c][i];
		     i++)
			fprintf(file, " %s", algo_name((enum algo_class)c,
						       params->algorithms[c][i]));
		fprintf(file, "\n");
	}
	fprintf(file, "dh-min %u\n", params->dh_min);
}

static void print_banner(const struct params *params, FILE *file)
{
	if (params->banner)
		fputs(params->banner, file);
}

static void print_keys(const struct params *params, FILE *file)
{
	for (size_t i = 0; i < params->key_count; i++)
		fprintf(file, "%s %s\n", params->keys[i].user,
			params->keys[i].text);
}

static int save(const struct params *params, const char *directory,
		const char *name,
		void (*print)(const struct params *params, FILE *file))
{
	char *text _cleanup_free_ = NULL;
	char path[PATH_ROOM];
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return -errno;
	print(params, file);
	if (fclose(file) == EOF)
		return -errno;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return file_replace(path, text, size, false);
}

int params_save(const struct params *params, const char *directory)
{
	static const struct {
		const char *name;
		void (*print)(const struct params *params, FILE *file);
	} files[] = {
		{ PARAMS_FILE, print_params },
		{ PARAMS_BANNER_FILE, print_banner },
		{ PARAMS_KEYS_FILE, print_keys },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int e = save(params, directory, files[i].name, files[i].print);

		r = e < 0 ? e : r;
	}
	return r;
}

static int load_line(struct params *params, char *line)
{
	size_t len = strcspn(line, " ");
	const char *bad;
	int class;

	if (!line[len])
		return -EBADMSG;
	line[len] = '\0';
	if (!strcmp(line, "dh-min")) {
		params->dh_min = (unsigned int)strtoul(line + len + 1, NULL, 10);
		return 0;
	}
	class = algo_class_find(line);
	if (class < 0)
		return -EBADMSG;
	return algo_parse((enum algo_class)class, line + len + 1,
			  params->algorithms[class], &bad, &len) ?
		-EBADMSG : 0;
}

static FILE *open_file(const char *directory, const char *name)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return fopen(path, "re");
}

static int load_banner(struct params *params, const char *directory)
{
	FILE *file _cleanup_file_ = open_file(directory, PARAMS_BANNER_FILE);
	char text[PARAMS_BANNER_MAX + 1];
	size_t len;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	return len ? params_set_banner(params, text) : 0;
}

int params_load(struct params *params, const char *directory)
{
	FILE *file _cleanup_file_ = NULL;
	char *line _cleanup_free_ = NULL;
	size_t room = 0;
	int r = 0;

	params_init(params);
	file = open_file(directory, PARAMS_FILE);
	if (!file && errno != ENOENT)
		return -errno;
	while (file && r == 0 && getline(&line, &room, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		r = load_line(params, line);
	}
	return r < 0 ? r : load_banner(params, directory);
}
