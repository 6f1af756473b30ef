// SPDX-License-Identifier: GPL-2.0-only
#include "texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static const char *const kind_words[TEXTS_KINDS] = {
	[TEXTS_MOTD] = "motd", [TEXTS_INCOMING] = "incoming",
	[TEXTS_REFUSE] = "refuse", [TEXTS_QUIET] = "quiet",
};

void texts_free(struct texts *texts)
{
	for (int k = 0; k < TEXTS_KINDS; k++)
		free(texts->text[k]);
	*texts = (struct texts){ 0 };
}

char *texts_crlf(const char *text)
{
	char *ret = malloc(2 * strlen(text) + 1), *to = ret;

	if (!ret)
		return NULL;
	for (; *text; text++) {
		if (*text == '\n' && (to == ret || to[-1] != '\r'))
			*to++ = '\r';
		*to++ = *text;
	}
	*to = '\0';
	return ret;
}

char *texts_plain(const char *kept)
{
	size_t delimiter = !strncmp(kept, "^C", 2) ? 2 : 1;
	size_t len = strlen(kept) - 2 * delimiter;
	char *text;

	kept += delimiter;
	if (len && *kept == '\n') {
		kept++;
		len--;
	}
	text = malloc(len + 2);
	if (!text)
		return NULL;
	memcpy(text, kept, len);
	if (len && text[len - 1] != '\n')
		text[len++] = '\n';
	text[len] = '\0';
	return text;
}

void texts_print(FILE *file, unsigned int line, enum texts_kind kind,
		 const char *text)
{
	fprintf(file, "%u %s %zu\n%s\n", line, kind_words[kind],
		strlen(text), text);
}

void texts_print_end(FILE *file)
{
	fprintf(file, "end\n");
}

/* Return: the text with its NUL, without its line end; or NULL. */
static char *read_text(FILE *file, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		return NULL;
	if (fread(text, 1, len, file) != len || getc(file) != '\n' ||
	    memchr(text, '\0', len)) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

static int parse_kind(const char *word)
{
	for (int k = 0; k < TEXTS_KINDS; k++)
		if (!strcmp(word, kind_words[k]))
			return k;
	return -EBADMSG;
}

static int parse(FILE *file, struct texts *texts, unsigned int wanted)
{
	char head[64], word[16], rest;
	unsigned int line;
	size_t len;

	while (fgets(head, sizeof(head), file)) {
		char *text;
		int kind;

		if (!strcmp(head, "end\n"))
			return 0;
		if (sscanf(head, "%u %15s %zu%c", &line, word, &len,
			   &rest) != 4 || rest != '\n' || len > TEXTS_MAX)
			return -EBADMSG;
		kind = parse_kind(word);
		text = kind < 0 ? NULL : read_text(file, len);
		if (!text)
			return -EBADMSG;
		if (line && line != wanted) {
			free(text);
			continue;
		}
		free(texts->text[kind]);
		texts->text[kind] = text;
	}
	return -EBADMSG;
}

int texts_load(struct texts *ret, const char *path, unsigned int line)
{
	FILE *file _cleanup_file_ = fopen(path, "re");
	struct texts texts = { 0 };
	int r;

	if (!file)
		return -errno;
	r = parse(file, &texts, line);
	if (r < 0) {
		texts_free(&texts);
		return r;
	}
	*ret = texts;
	return 0;
}
