// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <string.h>

/*
 * How many bytes of @text are one character of UTF-8 (RFC 3629, section 4)
 * beyond ASCII and its control characters. 0: it is none.
 */
static size_t wide(const unsigned char *text, size_t len)
{
	static const struct {
		unsigned char first, last;	/* of the first byte */
		unsigned char low, high;	/* of the second */
		size_t size;
	} forms[] = {
		{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },	/* from U+00A0, see below */
		{ 0xc3, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i = 0;

	while (i < sizeof(forms) / sizeof(forms[0]) && text[0] > forms[i].last)
		i++;
	if (i == sizeof(forms) / sizeof(forms[0]) || text[0] < forms[i].first ||
	    len < forms[i].size || text[1] < forms[i].low ||
	    text[1] > forms[i].high)
		return 0;
	for (size_t k = 2; k < forms[i].size; k++)
		if ((text[k] & 0xc0) != 0x80)
			return 0;
	return forms[i].size;
}

static void quote(struct json *j, const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;

	fputc('"', j->file);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = bytes[i];
		size_t n = wide(bytes + i, len - i);

		if (n) {
			fwrite(bytes + i, 1, n, j->file);
			i += n - 1;
		} else if (c == 0xc2 && len - i > 1 &&
			   (bytes[i + 1] & 0xe0) == 0x80) {	/* a control */
			fprintf(j->file, "\\u%04x", bytes[++i]);
		} else if (c == '"' || c == '\\') {
			fprintf(j->file, "\\%c", c);
		} else if (c < 0x20 || c >= 0x7f) {
			fprintf(j->file, "\\u%04x", c);
		} else {
			fputc(c, j->file);
		}
	}
	fputc('"', j->file);
}

static void begin(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->file);
	if (j->depth)
		fprintf(j->file, "\n%*s", 2 * (int)j->depth, "");
	if (key) {
		quote(j, key, strlen(key));
		fputs(": ", j->file);
	}
	j->comma = true;
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->file);
	j->depth++;
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	j->depth--;
	if (j->comma)
		fprintf(j->file, "\n%*s", 2 * (int)j->depth, "");
	fputc(bracket, j->file);
	if (!j->depth)
		fputc('\n', j->file);
	j->comma = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	quote(j, value, strlen(value));
}

void json_number(struct json *j, const char *key, long long value)
{
	begin(j, key);
	fprintf(j->file, "%lld", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	fputs(value ? "true" : "false", j->file);
}

void json_lines(struct json *j, const char *key, const char *text)
{
	json_open(j, key, '[');
	while (*text) {
		size_t len = strcspn(text, "\n");

		begin(j, NULL);
		quote(j, text, len);
		text += len + (text[len] != '\0');
	}
	json_close(j, ']');
}
