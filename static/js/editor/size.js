// The size meter: <progress data-size-meter="id of the textarea" max="6144"> and <span data-size-text="the same id">.
// With data-size-whole white space counts, but for that around the document; data-size-unit="bytes": bytes are counted.
import { bytesSent, lengthOf, sizeOf } from "./text_size.js";

const withCommas = new Intl.NumberFormat("en-GB");

export function attachSizeMeter(textarea) {
  const id = CSS.escape(textarea.id);
  const meter = document.querySelector(`[data-size-meter="${id}"]`);
  if (!meter) return;
  const words = document.querySelector(`[data-size-text="${id}"]`);
  const unit = meter.dataset.sizeUnit;
  const count = unit === "bytes" ? bytesSent : meter.dataset.sizeWhole === undefined ? sizeOf : lengthOf;
  const show = () => {
    const size = count(textarea.value, meter.max);
    meter.value = size;
    meter.classList.toggle("meter-over", size > meter.max);
    if (!words) return;
    words.textContent = `${withCommas.format(size)} of ${withCommas.format(meter.max)} ${unit}`;
    words.classList.toggle("ink-danger", size > meter.max);
  };
  textarea.addEventListener("input", show);
  show();
}
