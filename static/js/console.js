// What every page gets on top of its HTML. All of it is optional: each page works without.
import "./answers.js";
import "./copy.js";
import "./files.js";
import "./find.js";
import "./keys.js";
import "./opens.js";
import "./preview.js";
import "./reviews.js";
import "./searches.js";
import "./selection.js";
import "./settings.js";
import "./unsaved.js";
