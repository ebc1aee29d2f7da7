// A person's own secrets and their kernels, in Datalayer's terms: each secret has a name, a
// description, a variant and a value; every new kernel gets all secrets.
#include "tests/cli/command.h"

namespace datalayer_test {

using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

void create(const Sandbox& box, int code, const char* name, const char* description,
            const char* variant, std::string_view value) {
  box.expect(code,
             {"put", std::string("users/ada/") + name, "--value", "-", "--cas", "0", "--kind",
              variant, "--description", description},
             value);
}

void fill(const Sandbox& box) {
  box.init();
  create(box, 0, "OPENAI_API_KEY", "for the notebooks", "key", "Marzipan-key");
  create(box, 0, "DB_PASSWORD", "the warehouse", "password", "it's \"Marzipan\" $HOME\\n");
  create(box, 0, "HUB_TOKEN", "to push", "token", "Marzipan-token");
  create(box, 0, "NOTE", "anything", "generic", "two\nlines");
  box.expect(0, {"put", "users/bob/OPENAI_API_KEY", "--value", "-"}, "not hers");
}

}  // namespace

TEST_CASE("secrets are created once, listed without values, and deleted when their name is said") {
  const Sandbox box;
  fill(box);
  // A second secret of the same name is refused, and the first one stays.
  create(box, 8, "HUB_TOKEN", "again", "token", "other");
  CHECK(box.expect(0, {"get", "users/ada/HUB_TOKEN"}).out == "Marzipan-token");
  // The error for an unknown variant lists the known ones.
  const Outcome unknown =
      box.expect(2, {"put", "users/ada/X", "--value", "-", "--kind", "secret"}, "Marzipan");
  CHECK(unknown.says("generic"));
  const Outcome listed = box.expect(0, {"list", "users/ada", "--long"});
  for (const char* word : {"OPENAI_API_KEY", "password", "token", "generic"})
    CHECK(listed.out.find(word) != std::string::npos);
  CHECK((listed.out + listed.err).find("Marzipan") == std::string::npos);
  CHECK(box.expect(0, {"list", "users/ada", "--recursive", "--kind", "password"}).out ==
        "users/ada/DB_PASSWORD\n");
  box.expect(0, {"metadata", "delete", "users/ada/NOTE"});
  box.expect(4, {"get", "users/ada/NOTE"});
  box.expect(4, {"metadata", "delete", "users/ada/NOTE"});
}

TEST_CASE("a process gets every secret of one user by one flag, read anew at each start") {
  const Sandbox box;
  fill(box);
  const Words show{"run",
                   "--all-of",
                   "users/ada",
                   "--",
                   "/bin/sh",
                   "-c",
                   "printf '%s|%s|%s|%s' \"$OPENAI_API_KEY\" \"$DB_PASSWORD\" \"$HUB_TOKEN\" "
                   "\"$NOTE\""};
  CHECK(box.expect(0, show).out ==
        "Marzipan-key|it's \"Marzipan\" $HOME\\n|Marzipan-token|two\nlines");
  box.expect(0, {"put", "users/ada/HUB_TOKEN", "--value", "-"}, "Marzipan-2");
  CHECK(box.expect(0, show).out.find("Marzipan-2") != std::string::npos);
  // Fields of an object keep their own names, and each name has one secret.
  box.expect(0, {"put", "users/ada/cloud", "REGION=eu"});
  CHECK(box.expect(0, {"run", "--all-of", "users/ada", "--", "/bin/sh", "-c", "printf %s $REGION"})
            .out == "eu");
  box.expect(0, {"put", "users/ada/more", "NOTE=x"});
  CHECK(box.expect(2, show).says("NOTE"));
  box.expect(0, {"metadata", "delete", "users/ada/more"});
  // A name that cannot be a variable is refused, not left out.
  box.expect(0, {"put", "users/ada/my-key", "--value", "-"}, "Marzipan");
  const Outcome refused = box.expect(2, show);
  CHECK(refused.says("my-key"));
  CHECK_FALSE(refused.says("Marzipan"));
}

TEST_CASE("a kernel gets all of a user's secrets by a snippet") {
  const Sandbox box;
  fill(box);
  const std::string snippet = box.expect(0, {"env", "--as", "python", "--all-of", "users/ada"}).out;
  const std::string program =
      snippet + "\nimport os\nopen('" + box.path("seen") +
      "', 'w').write('|'.join(os.environ[n] for n in ['OPENAI_API_KEY', 'DB_PASSWORD', "
      "'HUB_TOKEN']))\n";
  box.run_program({"/usr/bin/python3", box.write("kernel.py", program)});
  CHECK(cli::read_file(box.path("seen")) ==
        "Marzipan-key|it's \"Marzipan\" $HOME\\n|Marzipan-token");
}

TEST_CASE("files for a kernel are named by their secrets, and go when it ends") {
  const Sandbox box;
  fill(box);
  const std::string directory = "/dev/shm/coffer-kernel-" + std::to_string(getpid());
  CHECK(box.expect(0, {"run", "--files", directory, "--all-of", "users/ada", "--", "/bin/sh", "-c",
                       "ls $COFFER_FILES_DIR; cat $COFFER_FILES_DIR/HUB_TOKEN"})
            .out == "DB_PASSWORD\nHUB_TOKEN\nNOTE\nOPENAI_API_KEY\nMarzipan-token");
  CHECK_FALSE(std::filesystem::exists(directory + "/HUB_TOKEN"));
}

}  // namespace datalayer_test
