import { version } from "keyhome";
import "./foot.css";

/** What the page is, what can be asked of it at the console, and the licences of what is in it. */
export function Foot() {
  return (
    <footer class="foot">
      <p>
        keyhome {version}. All of it runs in this page: nothing is fetched, nothing is sent.
      </p>
      <p>
        At the browser’s console, <code>keyhome</code> is the npm package: <code>keyhome.slot("user:1001")</code>
      </p>
      <details>
        <summary>Licences</summary>
        <pre tabIndex={0} aria-label="Licences of what is in this page">
          {document.getElementById("licences")?.textContent}
        </pre>
      </details>
    </footer>
  );
}
