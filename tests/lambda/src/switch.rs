//! A wire that can be cut: what an emulator cannot be made to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// A relay to one server.
pub struct Switch {
    /// `http://127.0.0.1:…`, in place of the server's own.
    pub address: String,
    on: Arc<AtomicBool>,
}

impl Switch {
    /// A relay to `host:port` that lets everything through.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (server, on) = (server.to_owned(), Arc::new(AtomicBool::new(true)));
        let passing = Arc::clone(&on);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (server, passing) = (server.clone(), Arc::clone(&passing));
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    let cut = async {
                        while passing.load(Ordering::Relaxed) {
                            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                        }
                    };
                    tokio::select! {
                        () = cut => {}
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                    }
                });
            }
        });
        Self { address, on }
    }

    /// Cuts the wire, or mends it.
    pub fn set(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }
}
