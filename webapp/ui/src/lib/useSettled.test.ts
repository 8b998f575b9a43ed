import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SETTLED_MS, useSettled } from "./useSettled";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const passes = (ms: number) => act(() => vi.advanceTimersByTime(ms));

it("is settled once the page was there for a moment", () => {
  const { result } = renderHook(() => useSettled());
  passes(SETTLED_MS - 1);
  expect(result.current).toBe(false);
  passes(1);
  expect(result.current).toBe(true);
});

it.each([
  ["another window was in front", () => window.dispatchEvent(new Event("focus"))],
  ["another tab was shown", () => document.dispatchEvent(new Event("visibilitychange"))],
])("is not while %s a moment ago", (_, happens) => {
  const { result } = renderHook(() => useSettled());
  passes(SETTLED_MS);
  act(() => void happens());
  expect(result.current).toBe(false);
  passes(SETTLED_MS);
  expect(result.current).toBe(true);
});
