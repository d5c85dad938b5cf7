# For Homebrew, from a tap: brew install OWNER/TAP/injector
class Injector < Formula
  desc "Add sidecar containers to Kubernetes manifests by editing their text"
  homepage "@URL@"
  version "@VERSION@"
  license "Apache-2.0"

  depends_on :linux

  # begin amd64
  on_intel do
    url "@URL@/releases/download/v@VERSION@/injector-@VERSION@-linux-amd64.tar.gz"
    sha256 "@SHA256_amd64@"
  end
  # end
  # begin arm64
  on_arm do
    url "@URL@/releases/download/v@VERSION@/injector-@VERSION@-linux-arm64.tar.gz"
    sha256 "@SHA256_arm64@"
  end
  # end

  def install
    bin.install "bin/injector"
    share.install Dir["share/*"]
  end

  test do
    (testpath/"pod.yaml").write <<~YAML
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: [{name: web, image: example.com/web:1}]}
    YAML
    assert_match "name: otel-collector",
      shell_output("#{bin}/injector -t otel-collector pod.yaml")
  end
end
