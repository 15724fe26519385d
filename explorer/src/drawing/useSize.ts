import { type RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** How broad an element is, in pixels of the page, and pixels of the screen in one of them. Follows both. */
export function useSize(element: RefObject<HTMLElement | null>): { readonly width: number; readonly ratio: number } {
  const [size, setSize] = useState({ width: 0, ratio: 1 });
  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const measured = element.current;
    const measure = () => {
      const width = Math.floor(measured.clientWidth);
      const ratio = Math.min(3, devicePixelRatio);
      setSize((last) => (last.width === width && last.ratio === ratio ? last : { width, ratio }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(measured);
    measure();
    return () => observer.disconnect();
  }, [element]);
  return size;
}
