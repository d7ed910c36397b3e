/** Tells when a person has left an element alone for a while. */
import type { Attachment } from 'svelte/attachments';

/**
 * Calls `then` after so many milliseconds in which the window could be seen and the element had neither pointer nor
 * focus; each of these begins the time anew when it ends.
 */
export function leftAlone(milliseconds: number, then: () => void): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listening = new AbortController();
    const begin = () => {
      clearTimeout(timer);
      const held = document.hidden || element.matches(':hover') || element.contains(document.activeElement);
      timer = held ? undefined : setTimeout(then, milliseconds);
    };
    const { signal } = listening;
    for (const event of ['pointerenter', 'pointerleave', 'focusin']) element.addEventListener(event, begin, { signal });
    // The focus is nowhere until it has arrived elsewhere.
    element.addEventListener('focusout', () => queueMicrotask(begin), { signal });
    document.addEventListener('visibilitychange', begin, { signal });
    begin();
    return () => {
      clearTimeout(timer);
      listening.abort();
    };
  };
}
