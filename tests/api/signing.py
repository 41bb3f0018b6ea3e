"""Signs the requests of schemathesis by SigV4, with credentials from the usual AWS chain."""

import os

import botocore.session
import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from requests.auth import AuthBase


class Signature(AuthBase):
    """Signs a request as it is sent."""

    def __init__(self):
        session = botocore.session.Session()
        credentials = session.get_credentials().get_frozen_credentials()
        region = os.environ.get("AWS_REGION") or session.get_config_variable("region")
        self._signer = SigV4Auth(credentials, "execute-api", region)

    def __call__(self, request):
        signed = AWSRequest(request.method, request.url, data=request.body or b"")
        self._signer.add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        return request


schemathesis.auth.set_from_requests(Signature())
