const place = document.getElementById("api");
if (typeof Redoc === "object") {
  Redoc.init(place.dataset.description, { hideLoading: true }, place);
} else {
  place.textContent = "This build of Overpaint was made without the page that shows the API. The description is at /openapi.json.";
}
