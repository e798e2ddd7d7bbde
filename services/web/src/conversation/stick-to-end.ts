/**
 * Keeps a scrolling list at its end while new rows come, unless the person scrolled away.
 *
 *   at the end ──scrolled up──▶ away ──scrolled to the end, or sent there──▶ at the end
 */
import { useEffect, useRef, useState, type RefObject } from 'react';

/** Closer than this to the end counts as there, in pixels. */
const NEAR = 24;

export interface StickToEnd {
  readonly isAway: boolean;
  /** Something changed since one went away. */
  readonly hasNews: boolean;
  readonly goToEnd: () => void;
}

/** `content`: anything that is a new value when the list changed. */
export function useStickToEnd(scroller: RefObject<HTMLElement | null>, content: unknown): StickToEnd {
  const stuck = useRef(true);
  const [isAway, setAway] = useState(false);
  const [seen, setSeen] = useState<unknown>(content);

  useEffect(() => {
    const element = scroller.current;
    const inside = element?.firstElementChild;
    if (!element || !inside) return;
    let top = element.scrollTop;
    const toEnd = () => {
      if (stuck.current) element.scrollTo({ top: element.scrollHeight });
    };
    const onScroll = () => {
      const left = element.scrollHeight - element.clientHeight - element.scrollTop;
      // Rows that are measured anew move the list by themselves; only a move upwards leaves the end.
      if (left <= NEAR) stuck.current = true;
      else if (element.scrollTop < top) stuck.current = false;
      top = element.scrollTop;
      setAway(!stuck.current);
    };
    const sizes = new ResizeObserver(toEnd);
    sizes.observe(inside);
    sizes.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    toEnd();
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller]);

  // While at the end everything is seen.
  if (!isAway && seen !== content) setSeen(content);
  const goToEnd = () => {
    stuck.current = true;
    setAway(false);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  return { isAway, hasNews: isAway && seen !== content, goToEnd };
}
