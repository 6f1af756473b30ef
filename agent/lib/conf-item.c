// SPDX-License-Identifier: GPL-2.0-only
#include "conf-item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX	65536

static int compare_blocks(const struct conf_item *a, const struct conf_item *b)
{
	if (a->mode != b->mode)
		return a->mode < b->mode ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* The row's place in its chain of tables; a block itself comes first. */
static size_t row_place(const struct conf_item *item)
{
	const struct cmd *row = cmd_first(conf_mode_table(item->mode));
	size_t n = 1;

	if (!item->row)
		return 0;
	for (; row && row != item->row; row = cmd_next(row))
		n++;
	return n;
}

static int compare(const struct conf_item *a, const struct conf_item *b)
{
	int r = compare_blocks(a, b);

	if (r)
		return r;
	if (a->row != b->row)
		return row_place(a) < row_place(b) ? -1 : 1;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* Whether @text begins with the words of @prefix. */
static bool has_words(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return !strncmp(text, prefix, len) &&
	       (!len || !text[len] || text[len] == ' ');
}

static void remove_at(struct conf *conf, size_t i)
{
	free(conf->items[i].text);
	memmove(&conf->items[i], &conf->items[i + 1],
		(--conf->item_count - i) * sizeof(conf->items[0]));
}

/* Whether two rows of the same words are different settings. */
static bool apart(const struct conf_item *a, const struct conf_item *b)
{
	return a->row && b->row && a->row != b->row &&
	       (a->row->flags & b->row->flags & CMD_APART);
}

static size_t first_of_block(const struct conf *conf,
			     const struct conf_item *model)
{
	size_t low = 0, high = conf->item_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_blocks(&conf->items[middle], model) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t conf_item_first(const struct conf *conf, unsigned int line)
{
	const struct conf_item model = {
		.mode = CONF_MODE_LINE, .line = line,
	};

	return first_of_block(conf, &model);
}

void conf_item_drop(struct conf *conf, const struct conf_item *model,
		    const char *prefix)
{
	size_t i = first_of_block(conf, model);

	while (i < conf->item_count &&
	       !compare_blocks(&conf->items[i], model)) {
		if (conf->items[i].row && !apart(&conf->items[i], model) &&
		    has_words(conf->items[i].text, prefix))
			remove_at(conf, i);
		else
			i++;
	}
}

void conf_item_drop_block(struct conf *conf, enum conf_mode mode,
			  const char *name)
{
	struct conf_item model = { .mode = mode };
	size_t i;

	snprintf(model.name, sizeof(model.name), "%s", name);
	i = first_of_block(conf, &model);
	while (i < conf->item_count && !compare_blocks(&conf->items[i], &model))
		remove_at(conf, i);
}

/* The same setting with another value; a list keeps its place for one again. */
static void drop_same_key(struct conf *conf, const struct conf_item *model,
			  const char *text, uint32_t *sequence)
{
	size_t i = first_of_block(conf, model);
	bool known = false;

	while (i < conf->item_count &&
	       !compare_blocks(&conf->items[i], model)) {
		const struct conf_item *item = &conf->items[i];

		if (item->row && !strcmp(item->text, text)) {
			known = true;
			*sequence = item->sequence;
		} else if (!known && item->sequence >= *sequence) {
			*sequence = item->sequence + 1;
		}
		if (!apart(item, model) && !item->row == !model->row &&
		    item->key == model->key &&
		    !strncmp(item->text, text, model->key))
			remove_at(conf, i);
		else
			i++;
	}
}

int conf_item_put(struct conf *conf, const struct conf_item *model,
		  const char *text)
{
	struct conf_item item = *model, *grown;
	uint32_t sequence = 1;
	size_t i;

	if (conf->item_count >= ITEMS_MAX)
		return -ENOSPC;
	grown = realloc(conf->items, (conf->item_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	conf->items = grown;
	item.text = strdup(text);
	if (!item.text)
		return -ENOMEM;
	drop_same_key(conf, model, text, &sequence);
	item.sequence = item.row && item.row->flags & CMD_ORDERED ?
		sequence : 0;
	for (i = first_of_block(conf, &item); i < conf->item_count; i++)
		if (compare(&conf->items[i], &item) > 0)
			break;
	memmove(&conf->items[i + 1], &conf->items[i],
		(conf->item_count++ - i) * sizeof(item));
	conf->items[i] = item;
	return 0;
}

const struct conf_item *conf_item_find(const struct conf *conf,
				       enum conf_mode mode, unsigned int line,
				       const char *name, const char *key)
{
	struct conf_item model = { .mode = mode, .line = line };

	snprintf(model.name, sizeof(model.name), "%s", name);
	for (size_t i = first_of_block(conf, &model); i < conf->item_count &&
	     !compare_blocks(&conf->items[i], &model); i++)
		if (conf->items[i].row && has_words(conf->items[i].text, key))
			return &conf->items[i];
	return NULL;
}

static const char *rest_of(const struct conf_item *item, const char *key)
{
	const char *text;

	if (!item)
		return NULL;
	text = item->text + strlen(key);
	return text + strspn(text, " ");
}

const char *conf_get(const struct conf *conf, const char *key)
{
	return rest_of(conf_item_find(conf, CONF_MODE_GLOBAL, 0, "", key), key);
}

const char *conf_get_line(const struct conf *conf, unsigned int line,
			  const char *key)
{
	return rest_of(conf_item_find(conf, CONF_MODE_LINE, line, "", key),
		       key);
}

int conf_item_block(struct conf_parser *parser, enum conf_mode mode,
		    const char *name, const char *header)
{
	struct conf_item model = { .mode = mode };
	int r;

	snprintf(model.name, sizeof(model.name), "%.*s", CONF_NAME_MAX, name);
	r = conf_item_put(parser->conf, &model, header);
	if (r < 0)
		return r;
	parser->mode = mode;
	strcpy(parser->name, model.name);
	return 0;
}

/* A command with its text; a delimiter that does not occur in it and fits. */
static int keep_text(struct conf *conf, const struct conf_item *model,
		     const char *head, const char *text)
{
	static const char *const delimiters[] = { "^C", "#", "@", "~", "|", "%" };
	int r = -EINVAL;
	char *whole;

	for (size_t i = 0; i < sizeof(delimiters) / sizeof(delimiters[0]); i++) {
		if (strstr(text, delimiters[i]))
			continue;
		if (asprintf(&whole, "%s %s%s%s", head, delimiters[i], text,
			     delimiters[i]) < 0)
			return -ENOMEM;
		/* Printed, its first line has to be one that is read. */
		if (strcspn(whole, "\n") > CMD_LINE_MAX) {
			free(whole);
			r = -E2BIG;
			continue;
		}
		r = conf_item_put(conf, model, whole);
		free(whole);
		return r;
	}
	return r;
}

static int keep_one(struct cmd_match *match, struct conf *conf,
		    struct conf_item *model, const char *text)
{
	if (match->no) {
		conf_item_drop(conf, model, text);
		return 0;
	}
	if (match->text)
		return keep_text(conf, model, text, match->text);
	return conf_item_put(conf, model, text);
}

/* Words of the pattern before its first argument. */
static unsigned int keywords(const struct cmd *row)
{
	const char *p = row->pattern;
	unsigned int n = 0;

	for (; *p && !strchr("<{[", *p) && !(*p >= 'A' && *p <= 'Z'); n++) {
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	return n;
}

int conf_keep(struct cmd_match *match, void *arg)
{
	const struct conf_parser *p = arg;
	struct conf_item model = { .mode = p->mode, .row = match->cmd };
	unsigned int words = match->cmd->key ?: keywords(match->cmd);
	char key[CMD_LINE_MAX + 1], text[CMD_LINE_MAX + 1];
	int r;

	if (p->mode != CONF_MODE_LINE)
		strcpy(model.name, p->name);
	cmd_text_of(match, words, key, sizeof(key));
	/* "no" needs what identifies a setting, of a list all that was given. */
	cmd_text_of(match, match->text || (match->no && !(match->cmd->flags &
							   CMD_ORDERED)) ?
		    words : 0, text, sizeof(text));
	model.key = match->cmd->flags & CMD_ORDERED ? strlen(text) :
		strlen(key);
	r = 0;
	if (p->mode != CONF_MODE_LINE)
		r = keep_one(match, p->conf, &model, text);
	for (model.line = p->first; p->mode == CONF_MODE_LINE && r == 0 &&
	     !p->unmapped && model.line <= p->last; model.line++)
		r = keep_one(match, p->conf, &model, text);
	if (r == -EINVAL)
		return cmd_fail(match, r, "%% the text has every delimiter in it");
	if (r == -E2BIG)
		return cmd_fail(match, r,
				"%% the text's first line is over %d bytes in full words",
				CMD_LINE_MAX);
	return r < 0 ? cmd_fail(match, r, "%% %s", strerror(-r)) : 0;
}
