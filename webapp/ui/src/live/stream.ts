/**
 * What one is told as it happens: one stream of server-sent events for all tabs of a browser.
 *
 * The tab that holds the lock reads the stream and passes events on to the others; when it goes, another one takes over.
 * Broken streams are taken up again with the newest id, later each time that fails.
 */

import { createParser, type EventSourceMessage } from "eventsource-parser";
import { send } from "../api/send";

export interface LiveEvent {
  name: string;
  data: Record<string, unknown>;
}

type Listener = (event: LiveEvent) => void;

const CHANNEL = "troth.live";
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const KINDS = new Set(["notification", "unread", "gap", "feed"]);

/** Listen until the signal ends it. */
export function listen(account: string, tell: Listener, signal: AbortSignal): void {
  const channel = new BroadcastChannel(`${CHANNEL}.${account}`);
  channel.onmessage = (message: MessageEvent<LiveEvent>) => tell(message.data);
  signal.addEventListener("abort", () => channel.close());
  const lead = () =>
    read((event) => {
      tell(event);
      channel.postMessage(event);
    }, signal);
  if (!navigator.locks) void lead();
  else navigator.locks.request(`${CHANNEL}.${account}`, { signal }, lead).catch(() => undefined);
}

async function read(tell: Listener, signal: AbortSignal): Promise<void> {
  const place = { last: "" };
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const began = Date.now();
    const went = await once(place, tell, signal).catch(() => false);
    // A stream that ended after a while ended as it should: the next one begins at once.
    wait = went && Date.now() - began > FIRST_WAIT_MS ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
    await pause(wait * (0.5 + Math.random() / 2), signal);
  }
}

/** One stream to its end; false where it was refused, or gave its place to another one of this browser. */
async function once(place: { last: string }, tell: Listener, signal: AbortSignal): Promise<boolean> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (place.last) headers["Last-Event-ID"] = place.last;
  const response = await send(new Request(new URL("/api/v1/events", location.origin), { headers, signal }));
  if (!response.ok || !response.body) return false;
  let replaced = false;
  const parser = createParser({
    onEvent: (message) => {
      if (message.id) place.last = message.id;
      replaced ||= message.event === "end" && message.data.includes('"replaced"');
      const event = eventOf(message);
      if (event) tell(event);
    },
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return !replaced;
    parser.feed(value);
  }
}

function eventOf({ event, data }: EventSourceMessage): LiveEvent | null {
  if (!event || !KINDS.has(event)) return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === "object" && parsed !== null
      ? { name: event, data: parsed as Record<string, unknown> }
      : null;
  } catch {
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
