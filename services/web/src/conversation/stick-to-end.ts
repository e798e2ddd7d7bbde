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
    const isNear = () => element.scrollHeight - element.clientHeight - element.scrollTop <= NEAR;
    const onScroll = () => {
      // Rows that are measured anew move the list by themselves; only a move upwards leaves the end.
      if (isNear()) stuck.current = true;
      else if (element.scrollTop < top) stuck.current = false;
      top = element.scrollTop;
      setAway(!stuck.current);
    };
    // A wheel's own scroll may come after a growing row has already sent the list to its end: its intent counts.
    const onWheel = ({ deltaY }: WheelEvent) => {
      if (deltaY >= 0 || element.scrollHeight <= element.clientHeight) return;
      stuck.current = false;
      setAway(true);
    };
    // A finger on the list holds it; where it lets go decides.
    const onTouchMove = () => {
      stuck.current = false;
    };
    const onTouchEnd = () => {
      if (isNear()) stuck.current = true;
    };
    const listening = new AbortController();
    const listen = { passive: true, signal: listening.signal };
    const sizes = new ResizeObserver(toEnd);
    sizes.observe(inside);
    sizes.observe(element);
    element.addEventListener('scroll', onScroll, listen);
    element.addEventListener('wheel', onWheel, listen);
    element.addEventListener('touchmove', onTouchMove, listen);
    element.addEventListener('touchend', onTouchEnd, listen);
    toEnd();
    return () => {
      sizes.disconnect();
      listening.abort();
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
