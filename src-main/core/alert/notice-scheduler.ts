import { count, incidentBody, incidentNotice, incidentTitle, namesText, type Labels } from './incident-text.ts';
import type { Incident } from './incident.ts';
import type { DesktopNotice } from './notifier.ts';
import type { Moment } from '../base/moment.ts';

export type DeskOutput =
  | { readonly kind: 'show' | 'update'; readonly notice: DesktopNotice }
  | { readonly kind: 'close'; readonly id: string };

/** The user's choices that the scheduler follows. */
export interface NoticeSchedulerOptions {
  readonly sound: boolean;
  readonly tellBack: boolean;
}

interface Post {
  readonly incident: Incident;
  /** Monotonic milliseconds at which it was last shown or updated; undefined if it never was. */
  postedAt: number | undefined;
  /** Whether the text changed since. */
  isDirty: boolean;
  /** Epoch milliseconds until which the user snoozed it. */
  snoozedUntil: number | undefined;
}

/** Least time between two updates of one notice, milliseconds. */
const updateMs = 30_000;
/** A device that begins to flap within this time of the last notice about flapping joins it, milliseconds. */
const flapNoticeMs = 60 * 60_000;
const flapNoticeId = 'flapping';

/**
 * Decides when an incident's notice is shown, updated and removed. During quiet hours nothing is sent; at their end,
 * one notice summarises what happened. An incident that ends before it was shown is not shown.
 */
export class NoticeScheduler {
  readonly #labels: Labels;
  readonly #choices: () => NoticeSchedulerOptions;
  readonly #posts = new Map<string, Post>();
  readonly #flapping = new Map<string, string>();
  #flapShownAt: number | undefined;
  #isFlapDirty = false;
  #isQuiet = false;
  #summaries = 0;
  #out: DeskOutput[] = [];

  constructor(labels: Labels, choices: () => NoticeSchedulerOptions) {
    this.#labels = labels;
    this.#choices = choices;
  }

  /** Returns what is to be done with notices since the last call. */
  take(): readonly DeskOutput[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** An incident was opened or changed. */
  touch(incident: Incident, moment: Moment): void {
    const post = this.#posts.get(incident.id) ?? this.#newPost(incident);
    post.isDirty = true;
    this.#work(post, moment);
  }

  /** Restores an incident of an earlier run: already shown there, or snoozed until a time (epoch milliseconds). */
  restore(incident: Incident, snoozedUntil: number | undefined): void {
    const post = this.#newPost(incident);
    post.isDirty = false;
    post.snoozedUntil = snoozedUntil;
    post.postedAt = snoozedUntil === undefined ? Number.NEGATIVE_INFINITY : undefined;
  }

  /** An incident was merged into another: its notice is removed and nothing replaces it. */
  absorb(incident: Incident): void {
    const post = this.#posts.get(incident.id);
    if (post?.postedAt !== undefined) this.#out.push({ kind: 'close', id: incident.id });
    this.#posts.delete(incident.id);
  }

  /** Removes the notice; it comes back at `until` (epoch milliseconds) if the incident lasts. */
  snooze(id: string, until: number): boolean {
    const post = this.#posts.get(id);
    if (post === undefined) return false;
    if (post.postedAt !== undefined) this.#out.push({ kind: 'close', id });
    post.snoozedUntil = until;
    post.postedAt = undefined;
    return true;
  }

  /** Epoch milliseconds until which an incident is put aside; undefined if it is not. */
  snoozedUntil(id: string): number | undefined {
    return this.#posts.get(id)?.snoozedUntil;
  }

  /** Removes the notice for as long as the incident lasts. */
  silence(id: string): void {
    this.snooze(id, Number.MAX_SAFE_INTEGER);
  }

  /** A device flaps. Several within an hour share one notice. */
  flap(key: string, name: string, moment: Moment): void {
    this.#flapping.set(key, name);
    this.#isFlapDirty = true;
    this.#workOnFlapping(moment);
  }

  calm(key: string): void {
    this.#flapping.delete(key);
  }

  /** One device that the user waited for is back. */
  tellBack(key: string, name: string, text: string): void {
    this.#out.push({
      kind: 'show',
      notice: {
        id: `back-${key}`,
        title: `${name} is back`,
        body: text,
        silent: this.#isQuiet || !this.#choices().sound,
        actions: ['connect'],
      },
    });
  }

  /** Sets whether quiet hours hold; at their end, one notice reports what was held back. */
  setQuiet(isQuiet: boolean, moment: Moment): void {
    if (isQuiet === this.#isQuiet) return;
    this.#isQuiet = isQuiet;
    if (!isQuiet) this.#summarise(moment);
  }

  tick(moment: Moment): void {
    for (const post of [...this.#posts.values()]) {
      if (post.snoozedUntil !== undefined && post.snoozedUntil <= moment.wall) {
        post.snoozedUntil = undefined;
        post.isDirty = true;
      }
      if (post.isDirty) this.#work(post, moment);
    }
    this.#workOnFlapping(moment);
  }

  /** Milliseconds until `tick` has something to do; undefined if nothing is waited for. */
  dueInMs(moment: Moment): number | undefined {
    let due: number | undefined;
    const consider = (ms: number): void => {
      if (due === undefined || ms < due) due = Math.max(0, ms);
    };
    for (const post of this.#posts.values()) {
      if (post.snoozedUntil !== undefined) {
        if (post.snoozedUntil < Number.MAX_SAFE_INTEGER) consider(post.snoozedUntil - moment.wall);
      } else if (post.isDirty && !this.#isQuiet && post.postedAt !== undefined)
        consider(post.postedAt + updateMs - moment.mono);
    }
    if (this.#isFlapDirty && !this.#isQuiet && this.#flapShownAt !== undefined)
      consider(this.#flapShownAt + updateMs - moment.mono);
    return due;
  }

  #newPost(incident: Incident): Post {
    const post: Post = { incident, postedAt: undefined, isDirty: true, snoozedUntil: undefined };
    this.#posts.set(incident.id, post);
    return post;
  }

  #work(post: Post, moment: Moment): void {
    const { incident } = post;
    const isOver = incident.resolvedAt !== undefined;
    if (post.snoozedUntil !== undefined) {
      // The user snoozed it, so there is nothing to report.
      if (isOver) this.#posts.delete(incident.id);
      return;
    }
    if (this.#isQuiet) return;
    if (post.postedAt === undefined) {
      if (isOver) this.#posts.delete(incident.id);
      else this.#send('show', post, moment);
      return;
    }
    if (isOver) {
      this.#posts.delete(incident.id);
      if (this.#choices().tellBack && incident.members.size > 0) this.#send('update', post, moment);
      else this.#out.push({ kind: 'close', id: incident.id });
      return;
    }
    if (moment.mono - post.postedAt >= updateMs) this.#send('update', post, moment);
  }

  #send(kind: 'show' | 'update', post: Post, moment: Moment): void {
    const notice = incidentNotice(post.incident, this.#labels, this.#choices().sound);
    this.#out.push({ kind, notice: kind === 'update' ? { ...notice, silent: true } : notice });
    post.postedAt = moment.mono;
    post.isDirty = false;
  }

  #workOnFlapping(moment: Moment): void {
    if (!this.#isFlapDirty || this.#isQuiet) return;
    const names = [...this.#flapping.values()].sort();
    if (names.length === 0) {
      this.#isFlapDirty = false;
      return;
    }
    const since = this.#flapShownAt === undefined ? Number.POSITIVE_INFINITY : moment.mono - this.#flapShownAt;
    if (since < updateMs) return;
    this.#isFlapDirty = false;
    this.#out.push({
      kind: since >= flapNoticeMs ? 'show' : 'update',
      notice: {
        id: flapNoticeId,
        title:
          names.length === 1
            ? `${names[0] ?? ''} keeps going offline and back`
            : `${count(names.length)} devices keep going offline and back`,
        body: `${names.length > 1 ? `${namesText(names)}. ` : ''}No more notices about ${names.length === 1 ? 'it' : 'them'} until ${names.length === 1 ? 'it is' : 'they are'} calm.`,
        silent: true,
        actions: [],
      },
    });
    this.#flapShownAt = moment.mono;
  }

  /** Reports what happened during quiet hours. Notices that were already shown are updated without sound. */
  #summarise(moment: Moment): void {
    const held: Post[] = [];
    for (const post of this.#posts.values()) {
      if (post.snoozedUntil === undefined && post.postedAt === undefined) held.push(post);
    }
    const [only] = held;
    if (held.length === 1 && only !== undefined && only.incident.resolvedAt === undefined)
      this.#send('show', only, moment);
    else if (held.length > 0) this.#out.push({ kind: 'show', notice: this.#summary(held) });
    for (const post of held) {
      if (post.incident.resolvedAt !== undefined) this.#posts.delete(post.incident.id);
      else {
        post.postedAt = moment.mono;
        post.isDirty = false;
      }
    }
    this.tick(moment);
  }

  #summary(held: readonly Post[]): DesktopNotice {
    let offline = 0;
    let lost = 0;
    for (const { incident } of held) {
      offline += incident.offline;
      lost += incident.members.size;
    }
    const back = lost - offline;
    const open = held.filter(({ incident }) => incident.resolvedAt === undefined);
    const devices = (number: number): string => (number === 1 ? '1 device' : `${count(number)} devices`);
    const [only] = held;
    this.#summaries += 1;
    const lines = open.slice(0, 4).map(({ incident }) => incidentTitle(incident, this.#labels));
    const more = open.length - lines.length;
    return {
      id: `quiet-${this.#summaries}`,
      title:
        offline > 0
          ? `While it was quiet, ${devices(lost)} went offline`
          : `While it was quiet, ${devices(lost)} went offline and ${lost === 1 ? 'is' : 'are'} back`,
      body: [
        ...(back > 0 && offline > 0 ? [`${count(back)} back, ${count(offline)} still offline.`] : []),
        ...(lines.length > 0 ? [`${lines.join('. ')}${more > 0 ? `. And ${count(more)} more` : ''}.`] : []),
        ...(open.length === 0 && held.length === 1 && only !== undefined
          ? [incidentBody(only.incident, this.#labels)]
          : []),
      ].join(' '),
      silent: !this.#choices().sound,
      actions: [],
    };
  }
}
