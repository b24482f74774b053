// The size meter: <progress data-size-meter="id of the textarea" max="6144"> and <span data-size-text="the same id">.

const withCommas = new Intl.NumberFormat("en-GB");

export function attachSizeMeter(textarea) {
  const id = CSS.escape(textarea.id);
  const meter = document.querySelector(`[data-size-meter="${id}"]`);
  if (!meter) return;
  const words = document.querySelector(`[data-size-text="${id}"]`);
  const show = () => {
    const size = sizeOf(textarea.value);
    meter.value = size;
    meter.classList.toggle("meter-over", size > meter.max);
    if (words) words.textContent = `${withCommas.format(size)} of ${withCommas.format(meter.max)} characters`;
  };
  textarea.addEventListener("input", show);
  show();
}

// IAM doesn't count white space ("IAM and AWS STS quotas").
function sizeOf(text) {
  return [...text.replace(/\s/g, "")].length;
}
