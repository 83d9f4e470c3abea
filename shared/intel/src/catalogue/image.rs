//! References of container images.

/// The repository of an image reference: without tag, digest and Docker Hub's name, in lower case.
///
/// # Source
///
/// <https://github.com/distribution/reference>
#[must_use]
pub fn repository(image: &str) -> String {
    let image = image.trim().to_ascii_lowercase();
    let image = image.split_once("://").map_or(image.as_str(), |(_, rest)| rest);
    let image = image.split_once('@').map_or(image, |(image, _)| image);
    // A colon before the last slash is a registry's port.
    let base = image.rfind('/').map_or(0, |slash| slash + 1);
    let image = match image.get(base..).and_then(|last| last.find(':')) {
        Some(colon) => image.get(..base + colon).unwrap_or(image),
        None => image,
    };
    let hubs = ["docker.io/", "index.docker.io/", "registry-1.docker.io/"];
    let image = hubs.iter().find_map(|hub| image.strip_prefix(hub)).unwrap_or(image);
    image.strip_prefix("library/").unwrap_or(image).to_owned()
}

/// The same without the registry that mirrors it, and the folders that the mirror puts before it.
pub(super) fn mirrored(repository: &str) -> Option<&str> {
    let (registry, _) = repository.split_once('/')?;
    if !(registry.contains(['.', ':']) || registry == "localhost") {
        return None;
    }
    let last = repository.rfind('/')?;
    let owner = repository.get(..last)?.rfind('/')?;
    repository.get(owner + 1..)
}
