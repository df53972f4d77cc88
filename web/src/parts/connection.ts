/** Says that the page is offline for as long as it is. */
export function followConnection(banner: HTMLElement | null): void {
  if (!banner) return;
  const show = (): void => {
    banner.hidden = navigator.onLine;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
