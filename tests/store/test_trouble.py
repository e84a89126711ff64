"""What is made of the errors of botocore, gcsfs and Azure, as they and their servers word them."""

import errno

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ServiceRequestError,
)
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)
from gcsfs.retry import HttpError
from s3fs.errors import translate_boto_error

from armwright.store.trouble import as_os_error, told, trouble_of


def s3(code, status, message="", **more):
    error = ClientError(
        {
            "Error": {"Code": code, "Message": message, **more},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        "PutObject",
    )
    return translate_boto_error(error)


def azure(code, status):
    error = HttpResponseError(f"{code} it says")
    error.error_code, error.status_code = code, status
    return error


CASES = {
    "missing": [s3("NoSuchKey", 404), s3("404", 404), FileNotFoundError("bucket/a")],
    "no bucket": [s3("NoSuchBucket", 404), azure("ContainerNotFound", 404)],
    "refused": [
        s3("AccessDenied", 403),
        s3("InvalidAccessKeyId", 403),
        s3("SignatureDoesNotMatch", 403),
        s3("ExpiredToken", 400),
        NoCredentialsError(),
        HttpError({"code": 401, "message": "Anonymous caller does not have access"}),
        OSError("Forbidden: https://storage.googleapis.com/x\nsomeone does not have access"),
        ClientAuthenticationError("no"),
        ValueError("Must provide either a connection_string or account_name with credentials!!"),
    ],
    "exists": [
        s3("PreconditionFailed", 412),  # Ceph
        s3("PreconditionFailed", 412, Condition="If-None-Match"),  # AWS, moto
        FileExistsError("bucket/a"),  # gcsfs
        ResourceExistsError("it is there"),
    ],
    "empty": [s3("InvalidRange", 416), HttpError({"code": 416}), azure("InvalidRange", 416)],
    "unsupported": [s3("NotImplemented", 501)],
    "passing": [
        s3("SlowDown", 503),
        s3("InternalError", 500),
        s3("RequestTimeout", 400),
        s3("ConditionalRequestConflict", 409),
        s3("502", 502),
        ConnectTimeoutError(endpoint_url="http://x"),
        EndpointConnectionError(endpoint_url="http://x"),
        HttpError({"code": 503, "message": "try later"}),
        HttpError({"code": 429, "message": "slow down"}),
        azure("ServerBusy", 503),
        ServiceRequestError("cannot connect"),
        TimeoutError(),
        OSError(errno.ESTALE, "stale file handle"),
        ConnectionResetError(errno.ECONNRESET, "reset"),
    ],
    None: [s3("InvalidArgument", 400), KeyError("kind"), OSError(errno.ENOSPC, "full")],
}


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(trouble, error) for trouble, errors in CASES.items() for error in errors],
    ids=repr,
)
def test_each_error_is_sorted_by_what_can_be_done_about_it(trouble, error):
    assert trouble_of(error) == trouble


def test_what_the_caller_happens_to_handle_is_no_part_of_the_error():
    def sorted_within_a_handler():
        try:
            raise FileNotFoundError("something else")
        except FileNotFoundError:
            try:
                raise s3("SlowDown", 503)
            except OSError as error:
                return trouble_of(error)

    assert sorted_within_a_handler() == "passing"


def test_what_the_server_said_is_told_in_one_line():
    assert told(s3("AccessDenied", 403, "Access\n  Denied.")) == "access Denied"
    assert told(s3("SlowDown", 503)) == "SlowDown"
    assert told(KeyError()) == "KeyError"


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (s3("NoSuchKey", 404), errno.ENOENT),
        (s3("AccessDenied", 403), errno.EACCES),
        (s3("SlowDown", 503), errno.EIO),
        (OSError(errno.ENOSPC, "full"), errno.ENOSPC),
        (KeyError("kind"), errno.EINVAL),
    ],
)
def test_as_an_error_of_the_operating_system_it_has_a_number(error, number):
    assert as_os_error(error).errno == number
