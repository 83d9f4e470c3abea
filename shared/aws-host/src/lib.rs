//! what every function needs from AWS: settings from SSM, publishing to SNS, telemetry.
