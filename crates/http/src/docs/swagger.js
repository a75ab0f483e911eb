// Reading can be tried out; what changes or costs something cannot: a page, this one too, may only do that if its origin is listed.
// Swagger UI has a dark look, and a class instead of a media query for it.
document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);
const place = document.getElementById("api");
if (typeof SwaggerUIBundle === "function") {
  SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: true,
    supportedSubmitMethods: ["get"],
    validatorUrl: null,
  });
} else {
  place.textContent = "This build of Overpaint was made without the page that shows the API. The description is at /openapi.json.";
}
